import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createUpstream } from '../../../examples/demo/upstream.ts';
import { createServer } from '../../conformance/server/create-server.ts';
import { progress } from '../../support/mcp.ts';
import { serve } from '../../support/servers.ts';

/** The head of a request. */
export interface Heard {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Both eras on the official SDK, with the surface of the conformance fixture and a tool that waits;
 * `heard` is every request that reached it, in order.
 */
export async function startHeardServer(): Promise<{
  readonly url: string;
  readonly heard: readonly Heard[];
}> {
  const gate = new EventEmitter();
  const heard: Heard[] = [];
  const upstream = createUpstream(() => {
    const server = createServer({ tools: () => upstream.announceTools(), prompts() {} });
    server.registerTool('wait', {}, async (ctx) => {
      await progress(ctx, 1);
      await once(gate, 'open', { signal: ctx.mcpReq.signal });
      await progress(ctx, 2);
      return { content: [{ type: 'text', text: 'waited' }] };
    });
    server.registerTool('go', {}, () => {
      gate.emit('open');
      return { content: [{ type: 'text', text: 'gone' }] };
    });
    return server;
  });
  const { port } = await serve((req, res) => {
    heard.push({ method: req.method ?? '', headers: req.headers });
    upstream.app(req, res);
  });
  return { url: `http://127.0.0.1:${port}/mcp`, heard };
}
