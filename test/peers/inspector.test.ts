import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { inspect } from './support/inspector.ts';
import { everything, mcpProxy, sdkV2, startOnce } from './support/servers.ts';

const ECHO = ['--tool-name', 'echo', '--tool-arg', 'message=Grüße'];

const SERVERS = [
  { ...sdkV2, tool: ['--tool-name', 'test_simple_text'], says: 'This is a simple text response' },
  { ...everything, tool: ECHO, says: 'Echo: Grüße' },
  { ...mcpProxy, tool: ECHO, says: 'Echo: Grüße' },
];

describe.each(SERVERS)('client: inspector --cli, server: $name', (kind) => {
  const server = startOnce(kind);

  test.each([
    { call: ['tools/list'], says: '"inputSchema"' },
    { call: ['prompts/list'], says: '"prompts"' },
    { call: ['resources/list'], says: '"uri"' },
    { call: ['tools/call', ...kind.tool], says: kind.says },
  ])('$call.0 prints what it prints without the gateway', async ({ call, says }) => {
    const gateway = await startGateway({ target: server().url });
    const [direct, through] = await Promise.all([
      inspect('http', server().url, ...call),
      inspect('http', gateway.url, ...call),
    ]);
    expect(direct).toContain(says);
    expect(through).toBe(direct);
    expect(gateway.errors).toEqual([]);
  });
});
