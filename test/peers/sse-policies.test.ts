import { describe, expect, test } from '@jest/globals';
import { denyTools } from '../../src/index.ts';
import { sdkV1Sse, startOnce } from './support/servers.ts';
import { SSE_CLIENTS } from './support/sse-clients.ts';
import { startSseGateway, UNDER_PREFIX } from './support/sse-gateway.ts';

const server = startOnce(sdkV1Sse);
const policies = denyTools('echo');

describe.each([
  ['http', 403, /POST.*403/],
  ['jsonrpc', 202, /This tool is not allowed through this gateway/],
] as const)('the older transport, denyAs: %s', (denyAs, status, message) => {
  test.each(SSE_CLIENTS)('client: $name: hears that its call is refused', async ({ connect }) => {
    const gateway = await startSseGateway(sdkV1Sse, server(), UNDER_PREFIX, {
      policies,
      denyAs,
    });
    const client = await connect(gateway.url);
    const refused = client.callTool({ name: 'echo', arguments: { message: 'no' } });
    refused.catch(() => {});
    const rejection = expect(refused).rejects.toThrow(message);
    await client.wire.has('POST', 3);
    expect(client.wire.lines).toContainEqual(expect.stringMatching(`^POST ${status} `));
    await rejection;
    expect(await client.callTool({ name: 'go' })).toMatchObject({
      content: [{ type: 'text', text: 'gone' }],
    });
  });
});
