import type { IncomingMessage, ServerResponse } from 'node:http';
import { noop } from '../../lib/noop.ts';
import type { RestToolsOptions } from '../../rest/options.ts';
import type { ServerIdentity } from '../../rest/server.ts';

/** A server in this process. */
export type ToolServer = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/**
 * A server of tools that is made at the first request. Its packages are loaded by `import`, which is
 * asynchronous, and making a gateway is not. Requests wait for the server; if it cannot be made, each of them
 * gets the error.
 */
export function lazyServer(
  tools: readonly RestToolsOptions[],
  identity: ServerIdentity,
): ToolServer {
  let making: ReturnType<typeof make> | undefined;
  return async (req, res) => {
    making ??= make(tools, identity);
    // Each request that waits for it gets the error.
    making.catch(noop);
    const handle = await making;
    await handle(req, res);
  };
}

async function make(tools: readonly RestToolsOptions[], identity: ServerIdentity) {
  const { serveByHand } = await import('../../rest/rest-tools.ts');
  return await serveByHand(tools, identity);
}
