import { describe, expect, test } from '@jest/globals';
import { describeLanguages } from './support/language-client.ts';
import { ENDPOINTS, GATEWAYS, gatewayBefore, toolsThrough } from './support/language-endpoints.ts';
import { languageServer, startOnce } from './support/servers.ts';

const server = startOnce(languageServer);

describeLanguages((client) => {
  describe.each(GATEWAYS)('$name', (kind) => {
    test.each(ENDPOINTS)('$name: connects, lists and calls', async (endpoint) => {
      const gateway = await gatewayBefore(endpoint, server().url, kind.config);
      const session = await client().connect(endpoint.transport, gateway.url);
      expect(await session.listTools()).toEqual({ result: { tools: toolsThrough(kind) } });
      await session.isAlive();
      expect(gateway.errors).toEqual([]);
    });
  });
});
