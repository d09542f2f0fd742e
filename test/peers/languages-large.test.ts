import { describe, expect, test } from '@jest/globals';
import { describeLanguages } from './support/language-client.ts';
import {
  ENDPOINTS,
  GATEWAYS,
  gatewayBefore,
  SESSIONS,
  toolsThrough,
} from './support/language-endpoints.ts';
import { largeText } from './support/language-tools.ts';
import { languageServer, startOnce } from './support/servers.ts';

const server = startOnce(languageServer);

const FIVE_MB = 5_000_000;

describeLanguages((client, { largestSseEvent }) => {
  describe.each(GATEWAYS)('$name', (kind) => {
    test.each([
      ...ENDPOINTS.map((endpoint) => ({ ...endpoint, tool: 'large' })),
      // The stream of the call ends before, so that the result comes by GET.
      { ...SESSIONS, name: `${SESSIONS.name}, resumed`, tool: 'polled' },
    ])('$name: a result of 5 MB comes whole, and the session goes on', async (endpoint) => {
      const most = endpoint.transport === 'sse' ? largestSseEvent : undefined;
      // What is around the text has to fit as well.
      const bytes = most === undefined ? FIVE_MB : most - 1_000;
      const gateway = await gatewayBefore(endpoint, server().url, kind.config);
      const session = await client().connect(endpoint.transport, gateway.url);
      const { result, error } = await session.callTool({
        name: endpoint.tool,
        arguments: { bytes },
      });
      expect(error).toBeUndefined();
      // Compared as a whole, so that a failure does not print it.
      expect(result?.text === largeText(bytes)).toBe(true);
      expect(await session.listTools()).toEqual({ result: { tools: toolsThrough(kind) } });
      await session.isAlive();
      expect(gateway.errors).toEqual([]);
    });
  });
});
