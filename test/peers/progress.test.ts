import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { type CallOptions, clientsOf } from './support/clients.ts';
import { everything, mcpProxy, mcpProxyBeforeSdkV1, sdkV2, startOnce } from './support/servers.ts';
import { watchedGateway } from './support/watched-gateway.ts';

const LONG_RUNNING = 'trigger-long-running-operation';
const BRIEF = { name: LONG_RUNNING, arguments: { duration: 0.2, steps: 2 } };
const ENDLESS = { name: LONG_RUNNING, arguments: { duration: 3600, steps: 36_000 } };

/** The steps that a call is told of, and a way to wait for the first. */
function steps() {
  const seen: number[] = [];
  const first = Promise.withResolvers<void>();
  const onprogress: CallOptions['onprogress'] = ({ progress }) => {
    seen.push(progress);
    first.resolve();
  };
  return { seen, first: first.promise, onprogress };
}

describe.each([
  { ...sdkV2, call: { name: 'test_tool_with_progress' }, told: [0, 50, 100] },
  { ...everything, call: BRIEF, told: [1, 2] },
  // It may lose a step that comes together with the result.
  { ...mcpProxy, call: BRIEF, told: [1] },
])('server: $name', (kind) => {
  const server = startOnce(kind);

  test.each(clientsOf(kind))('client: $name: hears of every step', async ({ connect }) => {
    const gateway = await startGateway({ target: server().url });
    const client = await connect(gateway.url);
    const { seen, onprogress } = steps();
    await client.callTool(kind.call, { onprogress });
    expect(seen.slice(0, kind.told.length)).toEqual(kind.told);
  });
});

describe.each([
  { ...sdkV2, waiting: { name: 'wait' }, tellsOfCancel: true },
  { ...everything, waiting: ENDLESS, tellsOfCancel: false },
  { ...mcpProxyBeforeSdkV1, waiting: { name: 'wait' }, tellsOfCancel: true },
])('server: $name', (kind) => {
  const server = startOnce(kind);

  const clients = clientsOf(kind).map((client) => ({
    ...client,
    by: client.era === 'legacy' ? 'by a message' : 'by disconnecting',
  }));

  test.each(clients)(
    'client: $name: hears of a step while the call waits, then cancels it $by',
    async ({ era, connect }) => {
      const gateway = await watchedGateway(server().url);
      const isPost = ({ method }: IncomingMessage) => method === 'POST';
      const posts = () => gateway.seen.filter(isPost).length;
      const client = await connect(gateway.url);
      const { seen, first, onprogress } = steps();
      const cancellation = new AbortController();
      const call = client.callTool(kind.waiting, { onprogress, signal: cancellation.signal });
      call.catch(() => {});
      await first;
      expect(seen[0]).toBe(1);

      const printed = server().process.output.length;
      const posted = posts();
      cancellation.abort();
      await expect(call).rejects.toThrow();
      if (era === 'legacy') await gateway.sees(() => posts() > posted);
      if (kind.tellsOfCancel) await server().process.prints(/cancelled/, printed);
      expect(posts() - posted).toBe(era === 'legacy' ? 1 : 0);
      expect(gateway.errors).toEqual([]);
    },
  );
});
