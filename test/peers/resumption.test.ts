import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { BareSession, eventsUntilResult } from './support/bare-session.ts';
import { clientsOf } from './support/clients.ts';
import { everything, mcpProxy, sdkV2, startOnce } from './support/servers.ts';
import { watchedGateway } from './support/watched-gateway.ts';

const LONG_RUNNING = {
  name: 'trigger-long-running-operation',
  arguments: { duration: 0.1, steps: 2 },
};

const SERVERS = [
  { ...sdkV2, call: { name: 'test_tool_with_progress' } },
  { ...everything, call: LONG_RUNNING },
  { ...mcpProxy, call: LONG_RUNNING },
];

describe.each(SERVERS)('resumption, server: $name', (kind) => {
  const server = startOnce(kind);

  test('gives by GET what came after Last-Event-ID', async () => {
    const gateway = await startGateway({ target: server().url });

    const session = await BareSession.open(gateway.url);
    const params = { ...kind.call, _meta: { progressToken: 1 } };
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params };
    const [first, ...missed] = await eventsUntilResult(await session.post(call));
    expect(missed.length).toBeGreaterThan(0);

    const resumption = await session.send('GET', { 'last-event-id': first?.id ?? '' });
    expect(await eventsUntilResult(resumption)).toEqual(missed);
  });
});

describe('resumption, server: SDK v2', () => {
  const server = startOnce(sdkV2);

  const isResumption = ({ headers }: { headers: object }) => 'last-event-id' in headers;
  // The modern era resumes nothing.
  const clients = clientsOf(sdkV2).filter(({ era }) => era === 'legacy');

  test.each(clients)('client: $name: comes back when the server closes', async ({ connect }) => {
    const gateway = await watchedGateway(server().url);
    const client = await connect(gateway.url);
    const result = await client.callTool({ name: 'test_reconnection' });
    expect(JSON.stringify(result)).toContain('Answered after the stream was closed');
    await gateway.sees(isResumption);
    expect(gateway.errors).toEqual([]);
  });

  test.each(clients)('client: $name: comes back when it is cut off', async ({ connect }) => {
    const gateway = await watchedGateway(server().url);
    const client = await connect(gateway.url);
    const told: number[] = [];
    const call = client.callTool(
      { name: 'wait' },
      {
        onprogress({ progress }) {
          told.push(progress);
          if (progress === 1) gateway.server.closeAllConnections();
        },
      },
    );
    await gateway.sees(isResumption);
    await client.callTool({ name: 'go' });
    expect(await call).toMatchObject({ content: [{ type: 'text', text: 'waited' }] });
    expect(told).toEqual([1, 2]);
  });
});
