import { describe, expect, test } from '@jest/globals';
import {
  createMcpGateway,
  denyTools,
  GatewayConfigError,
  mcpProxy,
  type PolicyRule,
  policy,
  type RequestPolicyContext,
  type RequestPolicyRule,
} from '../../src/index.ts';
import { gatewayFor, upstreamWith } from '../legacy-sse/support.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import type { Outgoing } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { HOSTS } from '../support/hosts.ts';
import { call, message, notification } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { guarded } from './support/guarded.ts';

const GET: Outgoing = { method: 'GET' };
const DELETE: Outgoing = { method: 'DELETE', headers: { 'Mcp-Session-Id': 's' } };
const posted = (body: string): Outgoing => ({ body });
const BATCH = posted(`[${call('a')},${call('b')}]`);

/** Each kind of request, and the method of the message that a rule about it sees. */
const KINDS: [what: string, outgoing: Outgoing, method: string | undefined][] = [
  ['GET', GET, undefined],
  ['DELETE', DELETE, undefined],
  ['a request', posted(call('a')), 'tools/call'],
  [
    'a notification',
    posted(notification('notifications/initialized')),
    'notifications/initialized',
  ],
  ['a response', posted('{"jsonrpc":"2.0","id":1,"result":{}}'), undefined],
  ['a batch', BATCH, undefined],
  ['a batch of one', posted(`[${call('a')}]`), undefined],
  ['a batch of responses', posted('[{"jsonrpc":"2.0","id":1,"result":{}}]'), undefined],
];

/** A rule that notes what it sees. */
function noting(allow = true): { rule: RequestPolicyRule; seen: RequestPolicyContext[] } {
  const seen: RequestPolicyContext[] = [];
  const check = (ctx: RequestPolicyContext) => {
    seen.push(ctx);
    return allow;
  };
  return { rule: { name: 'noting', on: 'request', check }, seen };
}

describe("a rule with on: 'request' is asked once", () => {
  test.each(KINDS)('for %s', async (_what, outgoing, method) => {
    const { rule, seen } = noting();
    const { port, upstream } = await guarded(rule);
    expect((await send(port, outgoing)).status).toBe(200);
    expect(seen.map(({ mcp, req }) => [req.method, mcp?.method])).toEqual([
      [outgoing.method ?? 'POST', method],
    ]);
    expect(upstream.seen).toHaveLength(1);
  });

  test.each(KINDS)('and refuses %s before the upstream hears of it', async (_what, outgoing) => {
    const { rule, seen } = noting(false);
    const { port, upstream, errors, decisions } = await guarded(rule);
    const answer = await send(port, outgoing);
    expect([answer.status, errorOf(answer).data.reason]).toEqual([403, 'policy_denied']);
    expect([seen.length, upstream.seen, errors.length]).toEqual([1, [], 1]);
    expect(decisions).toMatchObject([{ outcome: 'deny', policy: 'noting' }]);
  });

  test('and sees the arguments, under the strict rules for them', async () => {
    const { rule, seen } = noting();
    const { port } = await guarded(rule);
    expect((await send(port, posted(call('a', { args: '{"n":1}' })))).status).toBe(200);
    expect(seen[0]?.mcp?.arguments).toEqual({ n: 1 });
    expect((await send(port, posted(call('a', { args: '{"n":1,"n":2}' })))).status).toBe(400);
    expect(seen).toHaveLength(1);
  });

  test('and cannot change what it sees, nor find a prototype', async () => {
    const { rule, seen } = noting();
    const { port } = await guarded(rule);
    await send(port, GET);
    expect([Object.isFrozen(seen[0]), Object.getPrototypeOf(seen[0])]).toEqual([true, null]);
    expect(Object.keys(seen[0] ?? {})).toContain('mcp');
  });
});

test('beside it, rules about messages are asked about each message and nothing else', async () => {
  const asked: string[] = [];
  const { rule } = noting();
  const { port } = await guarded([
    ({ mcp }) => asked.push(`function ${mcp.name}`) > 0,
    { ...rule, check: ({ mcp }) => asked.push(`request ${mcp?.name}`) > 0 },
    { name: 'own', on: 'message', check: ({ mcp }) => asked.push(`message ${mcp.name}`) > 0 },
  ]);
  await send(port, GET);
  expect(asked.splice(0)).toEqual(['request undefined']);
  await send(port, BATCH);
  const each = ['function a', 'message a', 'function b', 'message b'];
  expect(asked).toEqual(['request undefined', ...each]);
});

test('who may be asked only behind it is not asked where it refuses', async () => {
  const { rule } = noting(false);
  let isAsked = false;
  const { port } = await guarded([() => (isAsked = true), rule]);
  expect((await send(port, posted(call('a')))).status).toBe(403);
  expect(isAsked).toBe(false);
});

test.each<[denyAs: 'http' | 'jsonrpc', statuses: number[]]>([
  ['http', [403, 403, 403, 403]],
  ['jsonrpc', [200, 403, 403, 403]],
])('denyAs: %s says how a request with an id is told', async (denyAs, statuses) => {
  const { rule } = noting(false);
  const { port } = await guarded({ ...rule, message: 'Not now' }, { denyAs });
  const answers = [];
  for (const outgoing of [posted(call('a', { id: '7' })), BATCH, GET, DELETE]) {
    answers.push(await send(port, outgoing));
  }
  expect(answers.map(({ status }) => status)).toEqual(statuses);
  expect(answers.map(({ body }) => JSON.parse(body).id)).toEqual([7, null, null, null]);
  expect(new Set(answers.map((answer) => errorOf(answer).message))).toEqual(new Set(['Not now']));
});

test("denyAs: 'unknown' tells a call that there is no such tool, and all else that it is denied", async () => {
  const { rule } = noting(false);
  const { port } = await guarded(rule, { denyAs: 'unknown' });
  const answer = await send(port, posted(call('a', { id: '7' })));
  expect([answer.status, JSON.parse(answer.body)]).toEqual([
    200,
    { jsonrpc: '2.0', id: 7, error: { code: -32602, message: 'Unknown tool: a' } },
  ]);
  for (const outgoing of [BATCH, GET, DELETE]) {
    const refused = await send(port, outgoing);
    expect([refused.status, errorOf(refused).data.reason]).toEqual([403, 'policy_denied']);
  }
});

describe('what it does wrong denies GET as it denies POST', () => {
  const failure = new Error('rule');
  test.each<[what: string, check: RequestPolicyRule['check']]>([
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    ['rejects', () => Promise.reject(failure)],
    ['never resolves', () => new Promise(() => {})],
    ['gives no answer', (() => undefined) as unknown as RequestPolicyRule['check']],
    ['gives a text', (() => 'yes') as unknown as RequestPolicyRule['check']],
    ['reads the message that is not there', ({ mcp }) => (mcp as { era: string }).era !== ''],
  ])('one that %s', async (_what, check) => {
    const { port, upstream, errors } = await guarded({
      name: 'wrong',
      on: 'request',
      check,
      timeout: 100,
    });
    expect((await send(port, GET)).status).toBe(403);
    expect([upstream.seen, errors.length]).toEqual([[], 1]);
  });
});

test('want of scopes asks the client for them, on GET as well', async () => {
  const check = () => ({ allow: false, scopes: ['mcp:stream'] });
  const { port } = await guarded({ name: 'scoped', on: 'request', check });
  const answer = await send(port, GET);
  expect([answer.status, errorOf(answer).data.reason]).toEqual([403, 'insufficient_scope']);
  expect(answer.head).toMatch(/^WWW-Authenticate: .*scope="mcp:stream"/im);
});

test('in shadow mode it refuses nothing, and observers are told', async () => {
  const { rule } = noting(false);
  const { port, upstream, decisions } = await guarded({ ...rule, mode: 'shadow' });
  expect((await send(port, GET)).status).toBe(200);
  expect((await send(port, BATCH)).status).toBe(200);
  expect(upstream.seen).toHaveLength(2);
  const told = { outcome: 'deny', policy: 'noting', mode: 'shadow' };
  expect(decisions.filter(({ mode }) => mode === 'shadow')).toMatchObject([told, told]);
});

test('GET meets it at the place where POST does: behind auth, before use', async () => {
  const places: string[] = [];
  const { port } = await guarded(
    {
      name: 'placed',
      on: 'request',
      check: ({ principal }) => places.push(`policy of ${principal?.subject}`) > 0,
    } satisfies RequestPolicyRule,
    {
      auth: () => ({ subject: 'ada' }),
      sessions: false,
      use: (_req, _res, next) => {
        places.push('use');
        next();
      },
    },
  );
  for (const outgoing of [GET, posted(call('a'))]) {
    await send(port, outgoing);
    expect(places.splice(0)).toEqual(['policy of ada', 'use']);
  }
});

test('with filterLists what it refuses by name is hidden as well', async () => {
  const list = { tools: [{ name: 'shown' }, { name: 'hidden' }] };
  const { port } = await serve((req, res) => {
    req.resume();
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: list }));
  });
  const rule: RequestPolicyRule = {
    name: 'by name',
    on: 'request',
    check: ({ mcp }) => mcp?.name !== 'hidden',
  };
  const gateway = await guarded(rule, { target: `http://127.0.0.1:${port}/`, filterLists: true });
  const answer = await send(gateway.port, posted(message('tools/list')));
  expect(JSON.parse(answer.body).result.tools).toEqual([{ name: 'shown' }]);
  expect((await send(gateway.port, posted(call('hidden')))).status).toBe(403);
});

describe.each(HOSTS)('policy() in %s', (_framework, app) => {
  test('asks once for each request, GET included', async () => {
    const upstream = await recordingUpstream();
    const { rule, seen } = noting();
    const { port } = await serve(
      app([policy(rule, denyTools('x')), mcpProxy({ target: upstream.target })]),
    );
    for (const outgoing of [GET, DELETE, posted(call('a')), BATCH]) {
      expect((await send(port, outgoing)).status).toBe(200);
    }
    expect(seen.map(({ mcp }) => mcp?.method)).toEqual([
      undefined,
      undefined,
      'tools/call',
      undefined,
    ]);
    expect((await send(port, posted(call('x')))).status).toBe(200);
    expect(upstream.seen).toHaveLength(4);
  });

  test('refuses GET with 403, a call with the answer to it', async () => {
    const upstream = await recordingUpstream();
    const { rule } = noting(false);
    const { port } = await serve(app([policy(rule), mcpProxy({ target: upstream.target })]));
    expect((await send(port, GET)).status).toBe(403);
    const answer = await send(port, posted(call('a')));
    expect([answer.status, outcomeOf(answer), upstream.seen]).toEqual([200, 403, []]);
  });
});

describe('over HTTP with SSE', () => {
  const posting = (body: string): Outgoing => ({ path: '/messages?sessionId=1', body });

  test('it is asked for the stream and for each message posted', async () => {
    const upstream = await upstreamWith([]);
    const { rule, seen } = noting(false);
    const port = await gatewayFor(upstream, { policies: rule });
    for (const outgoing of [{ method: 'GET', path: '/sse' }, posting(call('a'))]) {
      expect((await send(port, outgoing)).status).toBe(403);
    }
    expect(seen.map(({ req, mcp }) => [req.method, mcp?.method])).toEqual([
      ['GET', undefined],
      ['POST', 'tools/call'],
    ]);
    expect(upstream.seen).toEqual([]);
  });

  test('what it allows passes', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, { policies: noting().rule });
    expect((await send(port, posting(call('a')))).status).toBe(202);
    expect(upstream.seen).toEqual(['POST /messages?sessionId=1']);
  });
});

test('anything else than a message or a request is a config error', () => {
  const rule = { name: 'a', on: 'session', check: () => true } as unknown as PolicyRule;
  const create = () => createMcpGateway({ target: 'http://127.0.0.1:1', policies: [rule] });
  expect(create).toThrow(GatewayConfigError);
  expect(create).toThrow(/policies\[0\]\.on: .*'message' or 'request'/);
});
