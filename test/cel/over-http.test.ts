import { describe, expect, test } from '@jest/globals';
import { type CelOptions, cel } from '../../src/exports/cel.ts';
import { denyTools, mcpProxy, policy } from '../../src/index.ts';
import { gatewayFor, upstreamWith } from '../legacy-sse/support.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import { post, send } from '../support/client/send.ts';
import { HOSTS } from '../support/hosts.ts';
import { call, message } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { muteWarnings } from './support/asked.ts';
import { guarded } from './support/guarded.ts';

muteWarnings();

async function statusOf(text: string, body: string, options?: CelOptions) {
  const { port, decisions } = await guarded(cel(text, options));
  const { status } = await post(port, body);
  return { status, detail: decisions.find(({ outcome }) => outcome === 'deny')?.detail };
}

test('what it refuses is told as a policy tells it', async () => {
  const { port, decisions, upstream } = await guarded(
    cel("mcp.method != 'tools/call' || mcp.name == 'read'", { message: 'Use read' }),
  );
  expect((await post(port, message('initialize', '{}'))).status).toBe(200);
  expect((await post(port, call('read'))).status).toBe(200);
  const answer = await post(port, call('write'));
  expect([answer.status, errorOf(answer)]).toEqual([
    403,
    { code: 403, message: 'Use read', data: { reason: 'policy_denied' } },
  ]);
  const name = "cel(mcp.method != 'tools/call' || mcp.name == 'read')";
  expect(decisions.at(-1)).toMatchObject({ outcome: 'deny', policy: name });
  expect(upstream.seen).toHaveLength(2);
});

test('in shadow mode it refuses nothing, and observers are told why', async () => {
  const { port, decisions } = await guarded(
    cel("mcp.arguments.a == 'b'", { mode: 'shadow', name: 'tried' }),
  );
  expect((await post(port, call('a'))).status).toBe(200);
  const told = decisions.find(({ mode }) => mode === 'shadow');
  expect(told).toMatchObject({ policy: 'tried', detail: expect.stringMatching(/not there/) });
});

describe('arguments are judged strictly only where the expression sees them', () => {
  const repeated = call('t', { args: '{"a":1,"a":2}' });

  test.each([
    "mcp.method == 'tools/call' && mcp.name == 't'",
    "ip != '' && headers.host != '' && req_method == 'POST'",
    'mcp != null && has(mcp.id)',
    "mcp['name'] == 't'",
  ])('%s does not', async (text) => {
    expect((await statusOf(text, repeated)).status).toBe(200);
  });

  test.each([
    'has(mcp.arguments)',
    "mcp.method == 'ping' || mcp.arguments.a == 1",
    "mcp['arguments'].a == 1",
    'mcp.params.arguments.a == 1',
    'mcp.size() > 1',
    "mcp.exists(k, k == 'a')",
    "'name' in mcp",
  ])('%s does', async (text) => {
    expect((await statusOf(text, repeated)).status).toBe(400);
  });
});

test.each([
  ['alone', []],
  ['beside policies that go by a name', [denyTools('other')]],
  ['beside a policy of the app', [() => true]],
])('it sees the session, %s', async (_with, others) => {
  const { port } = await guarded([
    cel("has(mcp.sessionId) && mcp.sessionId == 'mine' && mcp.name == 't'"),
    ...others,
  ]);
  const statusWith = async (session: string) =>
    (await post(port, call('t'), { headers: { 'Mcp-Session-Id': session } })).status;
  expect([await statusWith('mine'), await statusWith('other')]).toEqual([200, 403]);
});

describe('data of clients is data', () => {
  test.each<[text: string, args: string, status: number]>([
    ["'__proto__' in mcp.arguments", '{"__proto__":{"admin":true}}', 200],
    ['has(mcp.arguments.admin)', '{"__proto__":{"admin":true}}', 403],
    [
      'has(mcp.arguments.admin) || has(mcp.arguments.x.admin)',
      '{"x":{"__proto__":{"admin":true}}}',
      403,
    ],
    ['has(mcp.arguments.toString) || has(mcp.arguments.valueOf)', '{}', 403],
    ["'constructor' in mcp.arguments || 'hasOwnProperty' in mcp.arguments", '{}', 403],
    [
      'has(mcp.arguments.hasOwnProperty) && has(mcp.arguments.a)',
      '{"hasOwnProperty":1,"a":1}',
      200,
    ],
    ['mcp.arguments.hasOwnProperty == 1', '{"hasOwnProperty":1}', 200],
    ['mcp.arguments.length == 5', '{"length":5}', 200],
    ['mcp.arguments.list.size() == 2', '{"list":{"length":2}}', 403],
    ["mcp.arguments.then == 'a' && mcp.arguments.toJSON == 'b'", '{"then":"a","toJSON":"b"}', 200],
    ['mcp.arguments.a.size() == 1', '{"a":{"size":7}}', 200],
    ["mcp.arguments.all(k, k in ['__proto__', 'a'])", '{"__proto__":1,"a":2}', 200],
    ['has(mcp.arguments.a) && mcp.arguments.a == null', '{"a":null}', 200],
    // Servers that ignore case would find it.
    ['has(mcp.arguments.path)', '{"Path":"x"}', 403],
    ['!has(mcp.arguments.path)', '{"Path":"x"}', 403],
    ["!('path' in mcp.arguments)", '{"PATH":"x"}', 403],
    ['mcp.arguments.n != 9007199254740992.0', '{"n":9007199254740993}', 403],
    ["mcp.arguments.t != 'a'", '{"t":"\\u0000"}', 403],
    ["mcp.arguments.l.all(x, x != 'a')", '{"l":["b","\\ud800"]}', 403],
    ['mcp.arguments.n > 1.0', '{"n":1e999}', 403],
  ])('%s with %s: %d', async (text, args, status) => {
    expect((await statusOf(text, call('t', { args }))).status).toBe(status);
  });

  test('an object with very many members is not listed', async () => {
    const members = Array.from({ length: 30_000 }, (_, i) => `"k${i}":${i}`);
    const body = call('t', { args: `{${members.join(',')}}` });
    for (const text of [
      'mcp.arguments.size() > 1',
      'mcp.arguments.all(k, true)',
      'mcp.arguments == mcp.arguments',
    ]) {
      expect(await statusOf(text, body)).toEqual({
        status: 403,
        detail: 'over the budget of 100000 steps',
      });
    }
    expect((await statusOf('mcp.arguments.k77 == 77.0', body)).status).toBe(200);
  });

  test('a list with very many elements is looked at no longer than the budget allows', async () => {
    const body = call('t', { args: `{"l":[${'1,'.repeat(200_000)}1]}` });
    for (const text of ['mcp.arguments.l.all(x, x == 1)', '!(2 in mcp.arguments.l)']) {
      const { status, detail } = await statusOf(text, body);
      expect([status, detail]).toEqual([403, 'over the budget of 100000 steps']);
    }
    expect((await statusOf('mcp.arguments.l.size() > 1000', body)).status).toBe(200);
  });

  test.each<[text: string, headers: Record<string, string>, status: number]>([
    ["headers['x-a'] == 'b'", { 'X-A': 'b' }, 200],
    ["'__proto__' in headers", { a: 'b' }, 403],
    ["'__proto__' in req_headers || 'constructor' in headers", {}, 403],
    ["req_headers['X-A'] == ['b']", { __proto__: 'c', 'x-a': 'b' } as never, 200],
  ])('%s with the headers %j: %d', async (text, headers, status) => {
    const { port } = await guarded(cel(text, { on: 'request' }));
    expect((await send(port, { headers })).status).toBe(status);
  });

  test('a principal is what the app says, and nothing of what its objects inherit', async () => {
    class Account {
      readonly subject = 'ada';
      readonly claims = { level: 5, act() {}, when: Symbol('when') } as Record<string, unknown>;
      get inherited() {
        return 'x';
      }
    }
    for (const [text, status] of [
      ["principal.subject == 'ada' && JWT.level == 5", 200],
      ['has(JWT.act) || has(JWT.when)', 403],
      ["JWT.exists(k, k == 'inherited')", 403],
    ] as const) {
      const config = { auth: () => new Account(), sessions: false } as const;
      const { port } = await guarded(cel(text, { on: 'request' }), config);
      expect([text, (await send(port, {})).status]).toEqual([text, status]);
    }
  });

  test('what a principal throws denies', async () => {
    const claims = {
      get level(): number {
        throw new Error('claims');
      },
    };
    const auth = () => ({ subject: 'ada', claims });
    const { port, decisions } = await guarded(cel('JWT.level == 5 || true', { on: 'request' }), {
      auth,
      sessions: false,
    });
    expect((await send(port, {})).status).toBe(403);
    expect(decisions).toMatchObject([{ outcome: 'deny', detail: 'it failed (at offset 0)' }]);
  });
});

test('with filterLists what it refuses by name is hidden', async () => {
  const list = { jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'read' }, { name: 'write' }] } };
  const upstream = await recordingUpstream((_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify(list));
  });
  const text = "mcp.method != 'tools/call' || mcp.name == 'read'";
  const { port } = await guarded(cel(text), { target: upstream.target, filterLists: true });
  const answer = await post(port, message('tools/list'));
  expect(JSON.parse(answer.body).result.tools).toEqual([{ name: 'read' }]);
});

test("on: 'request' it is asked about GET and DELETE, and about a batch once", async () => {
  const { port, decisions } = await guarded([
    cel("mcp == null || mcp.name == 'a'", { on: 'request', name: 'once' }),
    denyTools('x'),
  ]);
  const batch = `[${call('a')},${call('b')}]`;
  for (const outgoing of [
    { method: 'GET' },
    { method: 'DELETE' },
    { body: batch },
    { body: call('a') },
  ]) {
    expect((await send(port, outgoing)).status).toBe(200);
  }
  expect((await send(port, { body: call('b') })).status).toBe(403);
  expect(decisions.at(-1)).toMatchObject({ policy: 'once' });
});

describe.each(HOSTS)('in policy() in %s', (_framework, app) => {
  test('it goes by the whole path, the query and the method', async () => {
    const upstream = await recordingUpstream();
    const text =
      "req_path == '/mcp/a b' && req_querystring.q == ['1', '2'] && req_method in ['GET', 'POST']";
    const middlewares = [
      policy(cel(text, { on: 'request' })),
      mcpProxy({ target: upstream.target }),
    ];
    const { port } = await serve(app(middlewares));
    const path = '/mcp/a%20b?q=1&q=2';
    expect((await send(port, { path })).status).toBe(200);
    expect((await send(port, { path, method: 'GET' })).status).toBe(200);
    expect((await send(port, { path, method: 'DELETE' })).status).toBe(403);
    expect(outcomeOf(await send(port, { path: '/mcp/ab?q=1&q=2' }))).toBe(403);
    expect(upstream.seen).toHaveLength(2);
  });
});

test('over HTTP with SSE it is asked about messages as they are posted', async () => {
  const upstream = await upstreamWith([]);
  const port = await gatewayFor(upstream, {
    policies: cel("mcp.sessionId == '?sessionId=1' && mcp.name == 'a'"),
  });
  const path = '/messages?sessionId=1';
  expect((await post(port, call('a'), { path })).status).toBe(202);
  expect((await post(port, call('b'), { path })).status).toBe(403);
});
