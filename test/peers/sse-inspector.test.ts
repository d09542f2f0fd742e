import { describe, expect, test } from '@jest/globals';
import { inspect } from './support/inspector.ts';
import { everythingSse, mcpProxySse, sdkV1Sse, startOnce } from './support/servers.ts';
import { startSseGateway, UNDER_PREFIX } from './support/sse-gateway.ts';

describe.each([everythingSse, mcpProxySse, sdkV1Sse])(
  'client: inspector --cli --transport sse, server: $name',
  (kind) => {
    const server = startOnce(kind);

    test.each([
      { call: ['tools/list'], says: '"inputSchema"' },
      {
        call: ['tools/call', '--tool-name', 'echo', '--tool-arg', 'message=Grüße'],
        says: 'Echo: Grüße',
      },
    ])('$call.0 prints what it prints without the gateway', async ({ call, says }) => {
      const gateway = await startSseGateway(kind, server(), UNDER_PREFIX);
      const [direct, through] = await Promise.all([
        inspect('sse', server().url, ...call),
        inspect('sse', gateway.url, ...call),
      ]);
      expect(direct).toContain(says);
      expect(through).toBe(direct);
      expect(gateway.errors).toEqual([]);
    });
  },
);
