import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { sessionServer } from './support/session-server.ts';
import { sessionGateway } from './support/users.ts';

async function begun(config: Partial<GatewayConfig> = {}, ...ids: string[]) {
  const upstream = await sessionServer(...(ids.length > 0 ? ids : ['session-1']));
  const gateway = await sessionGateway(upstream.target, config);
  const answer = await gateway.as('alice');
  expect([answer.status, valuesOf(answer, 'mcp-session-id')]).toEqual([
    200,
    [ids[0] ?? 'session-1'],
  ]);
  return { upstream, ...gateway };
}

const INSIDE: [string, { method: string; headers?: Record<string, string> }][] = [
  ['POST', { method: 'POST' }],
  ['GET', { method: 'GET', headers: { Accept: 'text/event-stream' } }],
  ['GET, resuming', { method: 'GET', headers: { 'Last-Event-ID': '7' } }],
  ['DELETE', { method: 'DELETE' }],
];

describe('a session belongs to the principal whose initialize got it', () => {
  test.each(INSIDE)('%s by its owner goes on, by anyone else 404', async (_, request) => {
    const { upstream, as, errors } = await begun();
    for (const stranger of ['bob', 'alice@issuer', 'Alice']) {
      const answer = await as(stranger, 'session-1', request);
      expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    }
    expect(upstream.seen).toHaveLength(1);
    expect(errors.map(({ reason }) => reason)).toEqual(Array(3).fill('session_not_found'));
    expect((await as('alice', 'session-1', request)).status).toBe(200);
    expect(upstream.seen).toHaveLength(2);
  });

  test.each(INSIDE)('%s in one that was never seen: 404', async (_, request) => {
    const { upstream, as } = await begun();
    const ids = ['session-2', 'SESSION-1', 'session-1x', 'session-1, session-1', '__proto__'];
    for (const id of ids) {
      const answer = await as('alice', id, request);
      expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    }
    expect(upstream.seen).toHaveLength(1);
  });

  test.each(INSIDE)('%s with an empty id names no session, and goes on', async (_, request) => {
    const { upstream, as } = await begun();
    expect((await as('bob', '', request)).status).toBe(200);
    expect(upstream.seen.at(-1)?.headers['mcp-session-id']).toBe('');
  });

  test('a session of another and one that is not there are answered alike', async () => {
    const { as } = await begun();
    const [foreign, unknown] = [await as('bob', 'session-1'), await as('bob', 'session-2')];
    const whole = ({ status, headers, body }: typeof foreign) => {
      const fields = headers.filter(([name]) => name !== 'date');
      return [status, fields, body];
    };
    expect(whole(foreign)).toEqual(whole(unknown));
  });

  test('the id twice is refused', async () => {
    const { upstream, as } = await begun({}, 'session-1');
    const headers = { 'Mcp-Session-Id': ['session-1', 'session-1'] as never };
    const answer = await as('alice', undefined, { headers });
    expect([answer.status, reasonOf(answer)]).toEqual([400, 'repeated_header']);
    expect(upstream.seen).toHaveLength(1);
  });

  test('each of many has its own', async () => {
    const { upstream, as } = await begun({}, 's-0', 's-1', 's-2', 's-3');
    for (const user of ['bob', 'carol', 'dave']) await as(user);
    const users = ['alice', 'bob', 'carol', 'dave'];
    for (const [i, user] of users.entries()) {
      for (const n of users.keys()) {
        expect((await as(user, `s-${n}`)).status).toBe(n === i ? 200 : 404);
      }
    }
    expect(upstream.seen).toHaveLength(8);
  });

  test('no subject and issuer can be put together to another pair', async () => {
    const principals = [
      { subject: 'a', issuer: 'b' },
      { subject: 'b', issuer: 'a' },
      { subject: 'a","b', issuer: undefined },
      { subject: 'ab' },
      { subject: 'a\u0000b' },
      { subject: 'b"]', issuer: 'a' },
      { subject: 'a', issuer: '' },
      { subject: 'a' },
      { subject: 'null' },
      { subject: 'b', issuer: '["a' },
    ];
    const upstream = await sessionServer(...principals.map((_, i) => `s-${i}`));
    const auth: GatewayConfig['auth'] = ({ headers }) =>
      principals[Number(headers['x-user'])] as never;
    const { as } = await sessionGateway(upstream.target, { auth });
    for (const i of principals.keys()) await as(String(i));
    for (const i of principals.keys()) {
      for (const n of principals.keys()) {
        expect((await as(String(i), `s-${n}`)).status).toBe(n === i ? 200 : 404);
      }
    }
  });
});

describe('What an upstream gives', () => {
  test('one id to two: the first keeps it, the second does not get to know it', async () => {
    const { as, errors } = await begun();
    const answer = await as('bob');
    expect([answer.status, reasonOf(answer)]).toEqual([502, 'upstream_invalid']);
    expect(valuesOf(answer, 'mcp-session-id')).toEqual([]);
    expect(errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
    expect(String(errors[0]?.cause)).toContain('gives the same id to all');
    expect((await as('alice', 'session-1')).status).toBe(200);
    expect((await as('bob', 'session-1')).status).toBe(404);
  });

  test('an empty id is no id, and the field goes back as it came', async () => {
    const { as } = await begun({}, '');
    for (const user of ['bob', 'carol']) {
      const answer = await as(user);
      expect([answer.status, valuesOf(answer, 'mcp-session-id')]).toEqual([200, ['']]);
    }
  });

  test('the same to the same again is no mistake', async () => {
    const { as } = await begun();
    expect((await as('alice')).status).toBe(200);
    expect((await as('alice', 'session-1')).status).toBe(200);
  });

  test('an id with an error begins no session', async () => {
    const upstream = await sessionServer('session-1');
    const { as } = await sessionGateway(upstream.target);
    upstream.initialStatus = 400;
    expect((await as('alice')).status).toBe(400);
    expect((await as('alice', 'session-1')).status).toBe(404);
  });
});

test('sessions: false lets everybody in who knows the id', async () => {
  const { as, upstream } = await begun({ sessions: false });
  for (const id of ['session-1', 'session-2']) expect((await as('bob', id)).status).toBe(200);
  expect(upstream.seen).toHaveLength(3);
});

test('without auth nothing is kept of sessions', async () => {
  const { as } = await begun({ auth: false });
  expect((await as('bob', 'session-2')).status).toBe(200);
});

test('an empty id is none for limits, policies and observers', async () => {
  const records: unknown[] = [];
  const seen: unknown[] = [];
  const { as, upstream } = await begun(
    {
      rateLimit: { limit: 4, window: '1h', by: 'session' },
      denyAs: 'http',
      policies: (ctx) => {
        seen.push(ctx.mcp.sessionId);
        return true;
      },
      observe: { onClose: ({ session }) => void records.push(session) },
    },
    '',
  );
  expect((await as('alice', '')).status).toBe(200);
  expect((await as('bob')).status).toBe(200);
  expect(upstream.seen.map(({ headers }) => headers['mcp-session-id'])).toEqual([
    undefined,
    '',
    undefined,
  ]);
  expect(seen).toEqual([undefined, undefined, undefined]);
  expect(records).toEqual([undefined, undefined, undefined]);
  // All of them have the count of their address.
  expect((await as('alice', '')).status).toBe(200);
  expect((await as('bob', '')).status).toBe(429);
});
