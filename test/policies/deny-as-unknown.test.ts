import { createServer, type RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import {
  allowTools,
  createMcpGateway,
  denyTools,
  type Policy,
  type RequestRecord,
  requireScopes,
} from '../../src/index.ts';
import type { Answer } from '../support/client/answer.ts';
import { post } from '../support/client/send.ts';
import { problemsOf } from '../support/config-error.ts';
import { call, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const config = { denyAs: 'unknown' } as const;
const hidden: Policy = { ...denyTools('secret_*'), message: 'Ask the secret service' };

describe("denyAs: 'unknown' answers as a server does that has no such thing", () => {
  test.each([
    ['a tool', call('secret_x', { id: '"a\\u0041"' }), 'Unknown tool: secret_x'],
    ['a prompt', message('prompts/get', '{"name":"p"}'), 'Unknown prompt: p'],
    ['a resource', message('resources/read', '{"uri":"file:///x"}'), 'Unknown resource: file:///x'],
    ['a task', message('tasks/get', '{"taskId":"t"}'), 'Unknown task: t'],
  ])('%s', async (_what, body, expected) => {
    const { port, upstream, errors } = await guarded([hidden, () => false], config);
    const answer = await post(port, body);
    const id = /"id":("[^"]*"|\d+)/.exec(body)?.[1];

    expect(answer.status).toBe(200);
    expect(answer.head).toMatch(/^content-type: application\/json$/im);
    expect(answer.body).toBe(
      `{"jsonrpc":"2.0","id":${id},"error":{"code":-32602,"message":${JSON.stringify(expected)}}}`,
    );
    expect(upstream.seen).toEqual([]);
    expect(errors.map(({ reason }) => reason)).toEqual(['policy_denied']);
  });

  test('of what names nothing, the method is unknown', async () => {
    const { port } = await guarded(() => false, config);
    expect(await post(port, message('ping'))).toMatchObject({
      status: 200,
      body: '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}',
    });
  });

  test('in the modern era too', async () => {
    const { port } = await guarded(hidden, config);
    const answer = await post(port, modern('tools/call', '"name":"secret_x"'), {
      headers: modernHeaders('tools/call', 'secret_x'),
    });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([
      200,
      { code: -32602, message: 'Unknown tool: secret_x' },
    ]);
  });

  test('a very long name is not given back', async () => {
    const { port } = await guarded(hidden, config);
    const answer = await post(port, call(`secret_${'x'.repeat(100_000)}`));
    expect(JSON.parse(answer.body).error.message).toBe('Unknown tool');
  });

  test('observers are told what it was', async () => {
    const records: RequestRecord[] = [];
    const { port } = await guarded(hidden, {
      ...config,
      observe: { onClose: (record) => void records.push(record) },
    });
    await post(port, call('secret_x'));
    expect(records).toMatchObject([
      {
        status: 200,
        reason: 'policy_denied',
        policy: 'denyTools(secret_*)',
        origin: 'gateway',
        messages: [{ name: 'secret_x', outcome: 'rpc_error', errorCode: -32602 }],
      },
    ]);
  });

  test.each([
    ['a notification', notification('tools/call', '{"name":"secret_x"}'), ''],
    ['a batch', `[${call('secret_x')}]`, '"id":null,'],
  ])('%s gets the status, as in the other modes, but is told no more', async (_what, body, id) => {
    const { port, upstream } = await guarded(hidden, config);
    expect(await post(port, body)).toMatchObject({
      status: 403,
      body: `{"jsonrpc":"2.0",${id}"error":{"code":-32602,"message":"Unknown tool: secret_x"}}`,
    });
    expect(upstream.seen).toEqual([]);
  });

  test('what asks which revisions there are gets the status and the reason', async () => {
    const { port } = await guarded(() => false, config);
    const answer = await post(port, message('server/discover'));
    expect([answer.status, JSON.parse(answer.body).error.data]).toEqual([
      403,
      { reason: 'policy_denied' },
    ]);
  });

  test.each<[era: string, ask: (port: number, name: string) => Promise<Answer>]>([
    ['legacy', (port, name) => post(port, call(name))],
    [
      'modern',
      (port, name) =>
        post(port, modern('tools/call', `"name":"${name}"`), {
          headers: modernHeaders('tools/call', name),
        }),
    ],
  ])('with allowTools, what is hidden is answered as what is not there: %s', async (_era, ask) => {
    const { port } = await guarded(allowTools('search'), { ...config, filterLists: true });
    const told = async (name: string) => {
      const { status, head, body } = await ask(port, name);
      return [status, head.replace(/^date: .*$/im, ''), body.replaceAll(name, '…')];
    };
    expect(await told('secret')).toEqual(await told('absent'));
  });

  test('what lacks a scope gets the challenge, as in the other modes', async () => {
    const { port } = await guarded(requireScopes({ x: ['mcp:x'] }), {
      ...config,
      auth: () => ({ subject: 'ada' }),
    });
    const answer = await post(port, call('x'));
    expect(answer.status).toBe(403);
    expect(answer.head).toMatch(/^www-authenticate: .*insufficient_scope/im);
  });

  test('a limit that reads the message still says what it is', async () => {
    const limit = { limit: 1, window: '1h', match: { name: 'x' } } as const;
    const { port } = await guarded(undefined, { ...config, rateLimit: limit });
    await post(port, call('x'));
    const answer = await post(port, call('x'));
    expect([answer.status, JSON.parse(answer.body).error.data]).toEqual([
      200,
      { reason: 'rate_limited' },
    ]);
  });
});

test("denyAs is 'http', 'jsonrpc' or 'unknown'", () => {
  const denyAs = 'hidden' as 'unknown';
  const [problem] = problemsOf(() => createMcpGateway({ target: 'http://x', denyAs }));
  expect(problem).toMatchObject({ path: 'denyAs', expected: "'http', 'jsonrpc' or 'unknown'" });
});

describe('with filterLists', () => {
  const NAMES = ['search', 'search_all', 'secret_a', 'secret_b', 'delete_all', 'x'];

  /** A real server with these tools. */
  const server: RequestListener = (req, res) => {
    const own = new McpServer({ name: 'tools', version: '1' });
    for (const name of NAMES) {
      own.registerTool(name, {}, async () => ({ content: [{ type: 'text', text: name }] }));
    }
    const transport = new NodeStreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    void own.connect(transport).then(() => transport.handleRequest(req, res));
  };

  const patterns = fc.uniqueArray(
    fc.constantFrom('*', 'se*', 'secret_*', 'search', '*_a*', 'delete_*', 'x', 'none'),
    { minLength: 1, maxLength: 3 },
  );

  test('what is hidden is refused as unknown, and what is shown is let through', async () => {
    await fc.assert(
      fc.asyncProperty(patterns, fc.option(patterns), async (allowed, denied) => {
        const policies = [allowTools(...allowed), ...(denied ? [denyTools(...denied)] : [])];
        const { url, close } = await started(policies);
        const client = new Client({ name: 'test', version: '1' });
        await client.connect(new StreamableHTTPClientTransport(new URL(url)));
        const { tools } = await client.listTools();
        const shown = tools.map(({ name }) => name);
        for (const name of NAMES) {
          const called = client.callTool({ name });
          if (shown.includes(name)) {
            await expect(called).resolves.toMatchObject({ content: [{ text: name }] });
          } else {
            await expect(called).rejects.toMatchObject({
              code: -32602,
              message: expect.stringContaining(`Unknown tool: ${name}`),
            });
          }
        }
        await client.close();
        await close();
      }),
      { numRuns: 25 },
    );
  });

  async function started(policies: Policy[]) {
    const gateway = createMcpGateway({ target: server, policies, filterLists: true, ...config });
    const app = (await import('express')).default().use(gateway);
    const http = createServer(app).listen(0, '127.0.0.1');
    await new Promise((resolve) => http.once('listening', resolve));
    const { port } = http.address() as { port: number };
    const close = () => new Promise((resolve) => http.close(resolve).closeAllConnections());
    return { url: `http://127.0.0.1:${port}/mcp`, close };
  }
});
