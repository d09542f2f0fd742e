import { describe, expect, test } from '@jest/globals';
import { describeLanguages } from './support/language-client.ts';
import {
  ENDPOINTS,
  GATEWAYS,
  GUARDED,
  gatewayBefore,
  HTTP_WITH_SSE,
  PLAIN,
} from './support/language-endpoints.ts';
import { languageServer, startOnce } from './support/servers.ts';

const server = startOnce(languageServer);

describeLanguages((client) => {
  test('HTTP with SSE: connects where server/discover is refused', async () => {
    const gateway = await gatewayBefore(HTTP_WITH_SSE, server().url, {
      policies: ({ mcp: { method } }) => method !== 'server/discover',
    });
    const session = await client().connect(HTTP_WITH_SSE.transport, gateway.url);
    await session.isAlive();
    expect(gateway.errors.every(({ reason }) => reason === 'policy_denied')).toBe(true);
  });

  describe.each(ENDPOINTS)('$name', (endpoint) => {
    async function connect(config: (typeof PLAIN)['config']) {
      const gateway = await gatewayBefore(endpoint, server().url, config);
      return client().connect(endpoint.transport, gateway.url);
    }

    test('calls through a plain gateway what another one refuses', async () => {
      const session = await connect(PLAIN.config);
      for (const [name, text] of [
        ['once', 'done'],
        ['once', 'done'],
        ['delete_all', 'deleted'],
      ] as const) {
        expect(await session.callTool({ name })).toEqual({ result: { isError: false, text } });
      }
    });

    test('a denied call is an error with the sentence for the model, and the session goes on', async () => {
      const session = await connect(GUARDED.config);
      for (let i = 0; i < 2; i += 1) {
        const { error } = await session.callTool({ name: 'delete_all' });
        expect(error).toMatchObject({
          kind: 'error',
          message: expect.stringContaining('This tool is not allowed through this gateway'),
        });
        await session.isAlive();
      }
    });

    test('a limited call is an error with the sentence for the model, and the session goes on', async () => {
      const session = await connect(GUARDED.config);
      const first = await session.callTool({ name: 'once' });
      expect(first).toEqual({ result: { isError: false, text: 'done' } });
      for (let i = 0; i < 2; i += 1) {
        const { error } = await session.callTool({ name: 'once' });
        expect(error).toMatchObject({
          kind: 'error',
          message: expect.stringMatching(/wait \d+ seconds before you try again/),
        });
        await session.isAlive();
      }
    });

    test.each(GATEWAYS)('$name: a call over bodyLimit is an error', async ({ config }) => {
      const session = await connect({ ...config, bodyLimit: '100kb' });
      const message = 'x'.repeat(200_000);
      const { error } = await session.callTool({ name: 'echo', arguments: { message } });
      expect(error).toMatchObject({ kind: 'error' });
    });
  });
});
