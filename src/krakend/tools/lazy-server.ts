import type { IncomingMessage, ServerResponse } from 'node:http';
import { noop } from '../../lib/noop.ts';
import type { RestToolsOptions } from '../../rest/options.ts';
import type { ServerIdentity } from '../../rest/server.ts';

/** A server in this process. */
export type ToolServer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/**
 * A server of tools that is made while the app starts: its packages are loaded by `import`, which nobody can wait
 * for who makes a gateway. What comes before it is there waits; if it cannot be made, that is what each request is told.
 */
export function lazyServer(
  tools: readonly RestToolsOptions[],
  identity: ServerIdentity,
): ToolServer {
  let making: ReturnType<typeof make> | undefined;
  return async (req, res) => {
    making ??= make(tools, identity);
    // Whoever waits for it is told.
    making.catch(noop);
    const handle = await making;
    await handle(req, res);
  };
}

async function make(tools: readonly RestToolsOptions[], identity: ServerIdentity) {
  const { serveByHand } = await import('../../rest/rest-tools.ts');
  return await serveByHand(tools, identity);
}
