import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { BareSession } from './support/bare-session.ts';
import { clientsOf } from './support/clients.ts';
import { everything, mcpProxy, sdkV2, startOnce } from './support/servers.ts';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

const SERVERS = [
  { ...sdkV2, gone: 404 },
  // It says 400 where the protocol says 404.
  { ...everything, gone: 400 },
  { ...mcpProxy, gone: 404 },
];

describe.each(SERVERS)('server: $name', (kind) => {
  const server = startOnce(kind);

  // The modern era has no sessions.
  const clients = clientsOf(kind).filter(({ era }) => era === 'legacy');

  test.each(clients)(
    'client: $name: DELETE ends the session; then it is gone, and everybody is told so',
    async ({ connect }) => {
      const gateway = await startGateway({ target: server().url });
      const client = await connect(gateway.url);
      await client.listens();
      const id = client.sessionId ?? '';
      await client.terminateSession();
      expect(client.wire.lines).toContainEqual(expect.stringMatching(/^DELETE 20\d /));
      await expect(client.listTools()).rejects.toThrow();

      async function use(url: string) {
        const session = BareSession.at(url, id);
        const answers = [
          await session.post(PING),
          await session.send('GET'),
          await session.send('DELETE'),
        ];
        return Promise.all(
          answers.map(async (answer) => ({ status: answer.status, text: await answer.text() })),
        );
      }

      const direct = await use(server().url);
      expect(direct.map(({ status }) => status)).toEqual([kind.gone, kind.gone, kind.gone]);
      expect(await use(gateway.url)).toEqual(direct);
    },
  );
});
