import { EventEmitter, once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createUpstream } from '../../../examples/demo/upstream.ts';
import { createServer } from '../../conformance/server/create-server.ts';
import { SessionEvents } from '../../conformance/server/event-store.ts';

/** Both eras on the official SDK: the surface of the conformance fixture, and a tool that waits. */
const upstream = createUpstream(
  () => {
    const server = createServer({ tools: () => upstream.announceTools(), prompts() {} });
    server.registerTool('wait', { description: 'Takes a step, then waits' }, async (ctx) => {
      const { progressToken } = ctx.mcpReq._meta ?? {};
      const step = async (progress: number) => {
        if (progressToken === undefined) return;
        const params = { progressToken, progress };
        await ctx.mcpReq.notify({ method: 'notifications/progress', params });
      };
      await step(1);
      try {
        await once(gate, 'open', { signal: ctx.mcpReq.signal });
      } catch (cancelled) {
        process.stdout.write('cancelled\n');
        throw cancelled;
      }
      await step(2);
      return { content: [{ type: 'text', text: 'waited' }] };
    });
    server.registerTool('go', { description: 'Lets those go that wait' }, () => {
      gate.emit('open');
      return { content: [{ type: 'text', text: 'gone' }] };
    });
    return server;
  },
  () => ({ eventStore: new SessionEvents(), retryInterval: 50 }),
);

const gate = new EventEmitter();

createHttpServer(upstream.app).listen(Number(process.env.PORT), '127.0.0.1');
