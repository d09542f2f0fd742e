import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { startEndpoint } from '../support/endpoint.ts';
import { call } from '../support/messages.ts';
import { startExample } from '../support/start-example.ts';

const TOKEN = 'the-token-of-the-agent';

/** What an app writes to stderr about a call without a token, and one with it, up to the last line. */
async function stderrOf(env: Record<string, string>, last: RegExp): Promise<string> {
  const { target } = await startEndpoint((req, res) => {
    req.resume();
    res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const own = { MCP_TARGET: String(target), AGENT_TOKEN: TOKEN, SESSION_SECRET: 'a secret' };
  const options = { silent: true };
  const { process: child, port } = await startExample(
    'existing-app.ts',
    { ...own, ...env },
    options,
  );
  const stderr = child.stderr as Readable;
  let log = '';
  stderr.setEncoding('utf8').on('data', (chunk) => {
    log += chunk;
  });
  for (const headers of [{}, { Authorization: `Bearer ${TOKEN}` }]) {
    const answer = await fetch(`http://127.0.0.1:${port}/mcp?secret=query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'a\tb', ...headers },
      body: call('x', { args: '{"secret":"argument"}' }),
    });
    await answer.text();
  }
  while (!last.test(log)) await once(stderr, 'data');
  child.kill('SIGTERM');
  await once(child, 'close');
  return log;
}

test('NODE_DEBUG=mcp-gateway tells each step of a request, and no secret', async () => {
  const log = await stderrOf({ NODE_DEBUG: 'mcp-gateway' }, /#2 complete.*\n/);
  const lines = log.match(/(?<=^MCP-GATEWAY \d+: ).*$/gm) ?? [];
  const stepsOf = (number: number) =>
    lines.flatMap((line) => (line.startsWith(`#${number} `) ? line.slice(3) : []));
  expect(stepsOf(1)).toEqual([
    expect.stringMatching(/^POST from (::ffff:)?127\.0\.0\.1$/),
    'cors: allow',
    'head: allow',
    'draining: allow',
    'methods: allow',
    'auth: deny unauthorized "no credentials"',
    expect.stringMatching(/^answer 401 after \d+ ms$/),
    expect.stringMatching(/^complete after \d+ ms: "\/mcp" "\/mcp"/),
  ]);
  expect(stepsOf(2)).toEqual(
    expect.arrayContaining([
      'auth: allow',
      expect.stringMatching(/^answer 200 after \d+ ms$/),
      expect.stringMatching(/^complete after \d+ ms: "\/mcp" "\/mcp".* at 127\.0\.0\.1:\d+$/),
    ]),
  );
  expect(log).not.toMatch(/secret|argument|query|the-token/);
});

test('without it nothing is told', async () => {
  expect(await stderrOf({ NODE_DEBUG: 'http-proxy' }, /^/)).toBe('');
});
