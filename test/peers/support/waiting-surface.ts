import { createServer } from '../../conformance/server/create-server.ts';
import { GO, go, WAIT, wait } from './waiting-tools.ts';

/** A server on the SDK v2 with the surface of the conformance fixture, and a tool that waits. */
export function createWaitingSurface(announceTools: () => void): ReturnType<typeof createServer> {
  const server = createServer({ tools: announceTools, prompts() {} });
  server.registerTool('wait', WAIT, ({ mcpReq }) =>
    wait({
      progressToken: mcpReq._meta?.progressToken,
      signal: mcpReq.signal,
      notify: (step) => mcpReq.notify(step),
    }),
  );
  server.registerTool('go', GO, go);
  return server;
}
