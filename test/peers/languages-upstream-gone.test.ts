import { describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-ports.ts';
import { describeLanguages, type LanguageSession } from './support/language-client.ts';
import {
  ENDPOINTS,
  GATEWAYS,
  gatewayBefore,
  HTTP_WITH_SSE,
  type LanguageEndpoint,
  type LanguageGateway,
  SESSIONS_JSON,
} from './support/language-endpoints.ts';
import { languageServer, type Server } from './support/servers.ts';

interface Session extends LanguageSession {
  readonly endpoint: LanguageEndpoint;
}

/** What becomes of each session's call, by the name of its endpoint. */
async function outcomes(sessions: readonly Session[], name: string): Promise<object> {
  const calls = sessions.map(async ({ endpoint, callTool }) => {
    const { error } = await callTool({ name });
    return [endpoint.name, error];
  });
  return Object.fromEntries(await Promise.all(calls));
}

/** Each call has failed, and none in the way that means that it waited in vain. */
const failures = (endpoints: readonly LanguageEndpoint[]): object =>
  Object.fromEntries(
    endpoints.map(({ name }) => [name, expect.objectContaining({ kind: 'error' })]),
  );

describeLanguages((client) => {
  describe.each(GATEWAYS)('$name', ({ config }) => {
    function connect(
      server: Server,
      endpoints: readonly LanguageEndpoint[],
      options: LanguageGateway['config'] = config,
    ): Promise<Session[]> {
      const sessions = endpoints.map(async (endpoint) => {
        const gateway = await gatewayBefore(endpoint, server.url, options);
        const session = await client().connect(endpoint.transport, gateway.url);
        // What still goes on after connecting has to be over.
        await session.isAlive();
        return { ...session, endpoint };
      });
      return Promise.all(sessions);
    }

    test.each(ENDPOINTS)(
      '$name: to connect while the upstream is away is an error',
      async (endpoint) => {
        const nobody = `http://127.0.0.1:${await freePort()}`;
        const gateway = await gatewayBefore(endpoint, nobody, config);
        const connecting = client().connect(endpoint.transport, gateway.url);
        await expect(connecting).rejects.toThrow(/^Not connected: (?!timeout)/);
      },
    );

    test('a call that the upstream does not answer in time is an error', async () => {
      const server = await languageServer.start();
      const patience = { ...config, timeout: { response: '2s' } };
      const [session] = await connect(server, [SESSIONS_JSON], patience);
      expect(await session?.callTool({ name: 'hang' })).toMatchObject({ error: { kind: 'error' } });
    });

    test('a call after the upstream has died is an error, and so is the next', async () => {
      const server = await languageServer.start();
      const sessions = await connect(server, ENDPOINTS);
      await server.process.kill();
      expect(await outcomes(sessions, 'echo')).toEqual(failures(ENDPOINTS));
      expect(await outcomes(sessions, 'echo')).toEqual(failures(ENDPOINTS));
    });

    test('a call within which the upstream dies is an error', async () => {
      const server = await languageServer.start();
      // Where an answer in events is cut, clients of the Python SDK 1.x wait for ever by themselves.
      const endpoints = [SESSIONS_JSON, HTTP_WITH_SSE];
      const sessions = await connect(server, endpoints);
      const calls = outcomes(sessions, 'hang');
      await server.process.prints(/(hanging\s+){2}/);
      await server.process.kill();
      expect(await calls).toEqual(failures(endpoints));
    });
  });
});
