import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { CLIENTS } from './support/clients.ts';
import { mcpProxyBeforeSdkV1, sdkV2, startOnce } from './support/servers.ts';
import { callTogether } from './support/waiting-calls.ts';

describe.each([sdkV2, mcpProxyBeforeSdkV1])('server: $name', (kind) => {
  const server = startOnce(kind);

  test('every client is in a call at the same time, on one mount, in its own era', async () => {
    const gateway = await startGateway({ target: server().url });
    const clients = await Promise.all(CLIENTS.map(({ connect }) => connect(gateway.url)));
    expect(clients.map(({ handshake }) => handshake)).toEqual(
      CLIENTS.map(({ era }) => expect.objectContaining({ era: era.both })),
    );
    expect(clients.map(({ sessionId }) => typeof sessionId)).toEqual(
      CLIENTS.map(({ era }) => (era.both === 'legacy' ? 'string' : 'undefined')),
    );

    for (const opener of clients) {
      const waited = { content: [{ type: 'text', text: 'waited' }] };
      expect(await callTogether(clients, opener)).toEqual(
        clients.map(() => expect.objectContaining(waited)),
      );
    }
    expect(gateway.errors).toEqual([]);
  });
});
