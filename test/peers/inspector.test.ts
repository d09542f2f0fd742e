import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { installed } from './support/peer-process.ts';
import { everything, mcpProxy, sdkV2, startOnce } from './support/servers.ts';

const CLI = installed('@modelcontextprotocol/inspector/clients/launcher/build/index.js');

/** What the CLI prints of one call. */
async function inspect(url: string, ...call: readonly string[]): Promise<string> {
  const args = [CLI, '--cli', url, '--transport', 'http', '--method', ...call];
  // So that it reads no settings.
  const env = { ...process.env, HOME: tmpdir() };
  return (await promisify(execFile)(process.execPath, args, { env })).stdout;
}

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
      inspect(server().url, ...call),
      inspect(gateway.url, ...call),
    ]);
    expect(direct).toContain(says);
    expect(through).toBe(direct);
    expect(gateway.errors).toEqual([]);
  });
});
