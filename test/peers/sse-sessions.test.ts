import { describe, expect, test } from '@jest/globals';
import type { Server } from './support/servers.ts';
import {
  everythingSse,
  mcpProxySse,
  sdkV1Sse,
  sdkV1SseInPath,
  startOnce,
} from './support/servers.ts';
import { SSE_CLIENTS, type SseClient } from './support/sse-clients.ts';
import { startSseGateway, UNDER_PARAMETER } from './support/sse-gateway.ts';

const sessionOf = ({ wire }: SseClient): string =>
  wire.urlsOf('POST')[0]?.searchParams.get('sessionId') ?? '';

/** For a server that prints nothing when a session ends: asks it until it knows the session no more. */
async function refusesMessages(server: Server, session: string): Promise<void> {
  const url = new URL(`/messages?sessionId=${session}`, server.url);
  const ping = { jsonrpc: '2.0', id: 'ended?', method: 'ping' };
  const headers = { 'content-type': 'application/json' };
  const ask = () => fetch(url, { method: 'POST', headers, body: JSON.stringify(ping) });
  let answer = await ask();
  while (answer.status === 202) answer = await ask();
  expect(await answer.text()).toBe('No active transport');
}

const closes = ({ process }: Server, session: string): Promise<void> =>
  process.prints(new RegExp(`closed ${session}`));

const SERVERS = [
  {
    ...everythingSse,
    ends: ({ process }: Server, session: string) =>
      process.prints(new RegExp(`Client Disconnected: +${session}`)),
  },
  { ...mcpProxySse, ends: refusesMessages },
  { ...sdkV1Sse, ends: closes },
  { ...sdkV1SseInPath, ends: closes },
];

describe.each(SERVERS)('server: $name', (kind) => {
  const server = startOnce(kind);
  const echo = (client: SseClient, message: string) =>
    client.callTool({ name: 'echo', arguments: { message } });
  const echoed = (message: string) => ({ content: [{ type: 'text', text: `Echo: ${message}` }] });

  test('sessions on one mount are not mixed up', async () => {
    const gateway = await startSseGateway(kind, server(), UNDER_PARAMETER);
    const kinds = [...SSE_CLIENTS, ...SSE_CLIENTS];
    const teams = kinds.map((_kind, i) => `${i}`);
    const clients = await Promise.all(
      kinds.map(async ({ connect }, i) => ({
        team: `${i}`,
        client: await connect(`${gateway.origin}/team/${i}/sse`),
      })),
    );
    expect(new Set(clients.map(({ client }) => sessionOf(client))).size).toBe(teams.length);

    // All count their calls alike, so that an answer that went astray would be taken.
    const rounds = [1, 2, 3, 4, 5];
    const answers = await Promise.all(
      rounds.map((round) =>
        Promise.all(clients.map(({ team, client }) => echo(client, `${team}, ${round}`))),
      ),
    );
    expect(answers).toEqual(
      rounds.map((round) => teams.map((team) => echoed(`${team}, ${round}`))),
    );
    for (const { team, client } of clients) {
      const paths = client.wire.urlsOf('POST').map(({ pathname }) => pathname);
      expect(new Set(paths)).toEqual(new Set([`/team/${team}${kind.messagePath}`]));
    }
    expect(gateway.errors).toEqual([]);
  });

  test.each(SSE_CLIENTS)(
    'client: $name: leaves, and the server learns which session has ended',
    async ({ connect }) => {
      const gateway = await startSseGateway(kind, server(), UNDER_PARAMETER);
      const [leaving, staying] = [await connect(gateway.url), await connect(gateway.url)];
      await leaving.close();
      await kind.ends(server(), sessionOf(leaving));
      expect(await echo(staying, 'still here')).toMatchObject(echoed('still here'));
      expect(gateway.errors).toEqual([]);
    },
  );
});
