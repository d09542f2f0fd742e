import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { celRule } from '../../src/cel/cel.ts';
import { cel } from '../../src/exports/cel.ts';
import { createMcpGateway, type GatewayConfig, GatewayConfigError } from '../../src/index.ts';
import { send } from '../support/client/send.ts';
import { passes } from '../support/fake-time.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { call, message } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { muteWarnings } from './support/asked.ts';

muteWarnings();

/** A gateway on a path with a parameter, with an expression about requests. */
async function startWith(
  policies: GatewayConfig['policies'] & object,
  config: Partial<GatewayConfig> = {},
) {
  const upstream = await recordingUpstream();
  const app = express();
  const target = upstream.target;
  app.use(
    '/nick/:nick',
    createMcpGateway({ target, path: '/', policies, denyAs: 'http', sessions: false, ...config }),
  );
  app.use(
    '/id/:id',
    createMcpGateway({ target, path: '/', policies, denyAs: 'http', sessions: false, ...config }),
  );
  const { port } = await serve(app);
  return { port, upstream };
}

interface Sent {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly day?: string;
}

async function statusOf(
  text: string,
  { path = '/nick/kate', headers = {}, method = 'POST', claims, day }: Sent,
) {
  if (day !== undefined) passes(Date.parse(day) - Date.now());
  const auth = claims && (() => ({ subject: 'u', claims }));
  const { port, upstream } = await startWith(cel(text, { on: 'request' }), auth && { auth });
  const { status } = await send(port, { path, method, headers });
  expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  return status;
}

const IS_WEEKDAY = '(timestamp(now).getDayOfWeek() + 6) % 7 <= 4';
const IS_MY_DAY =
  'has(JWT.user_id) && has(JWT.enabled_days) && (timestamp(now).getDayOfWeek() in JWT.enabled_days)';
const SATURDAY = '2026-11-28T12:00:00Z';
const FRIDAY = '2026-11-27T12:00:00Z';

describe("what KrakenD's documentation has as examples", () => {
  test.each<[text: string, sent: Sent, status: number]>([
    ["'::1' in req_headers['X-Forwarded-For']", {}, 403],
    [
      "'127.0.0.1' in req_headers['X-Forwarded-For']",
      { headers: { 'X-Forwarded-For': '9.9.9.9' } },
      200,
    ],
    [
      "'9.9.9.9' in req_headers['X-Forwarded-For']",
      { headers: { 'X-Forwarded-For': '9.9.9.9' } },
      403,
    ],
    ["'something' in req_headers['X-Header']", {}, 403],
    ["'something' in req_headers['X-Header']", { headers: { 'x-header': 'something' } }, 200],
    ["req_params.Nick.matches('k.*')", { path: '/nick/kate' }, 200],
    ["req_params.Nick.matches('k.*')", { path: '/nick/ray' }, 403],
    ["req_params.Nick.matches('k.*')", { path: '/nick/luke' }, 200],
    ['int(req_params.Id) % 2 == 0', { path: '/id/2' }, 200],
    ['int(req_params.Id) % 2 == 0', { path: '/id/3' }, 403],
    ['int(req_params.Id) % 2 == 0', { path: '/id/a' }, 403],
    ["'bar' in req_querystring.foo", { path: '/nick/k?foo=bar&foo=baz' }, 200],
    ["'bar' in req_querystring.foo", {}, 403],
    ['has(req_querystring.foo)', { path: '/nick/k?foo=' }, 200],
    ['has(req_querystring.foo)', {}, 403],
    [IS_WEEKDAY, { day: SATURDAY }, 403],
    [IS_WEEKDAY, { day: FRIDAY }, 200],
    [IS_MY_DAY, { day: FRIDAY, claims: { user_id: 1, enabled_days: [1, 5] } }, 200],
    [IS_MY_DAY, { day: SATURDAY, claims: { user_id: 1, enabled_days: [1, 5] } }, 403],
    [IS_MY_DAY, { day: FRIDAY, claims: { user_id: 1 } }, 403],
    ['size(JWT.roles) > 1', { claims: { roles: ['a', 'b'] } }, 200],
    ['size(JWT.roles) > 1', { claims: { roles: ['a'] } }, 403],
    ['size(JWT.roles) > 1', { claims: { roles: 'ab' } }, 200],
    ["size(req_headers['X-User-Id']) == 1", { headers: { 'X-User-Id': 'u' } }, 200],
    ["size(req_headers['X-User-Id']) == 1", {}, 403],
    ["JWT.sub == 'u1' || req_method == 'POST'", { claims: { sub: 'u2' } }, 200],
    ["JWT.sub == 'u1' || req_method == 'POST'", { claims: { sub: 'u2' }, method: 'GET' }, 403],
    ['JWT.level + 1 == 6', { claims: { level: 5 } }, 403],
    ['int(JWT.level) + 1 == 6', { claims: { level: 5 } }, 200],
  ])('%s, with %j, is %d', async (text, sent, status) => {
    expect(await statusOf(text, sent)).toBe(status);
  });

  test.each<[text: string, message: RegExp]>([
    ["req_params.nick == 'x'", /write Nick/],
    ["has(req_querystring['foo[]']) && req_method == 'GET'", /write 'foo\[\]' in req_querystring/],
    ["'company' in resp_data.github", /there is no answer yet/],
    ['resp_metadata_status < 500', /breaker/],
    ['resp_completed', /there is no answer yet/],
    ["'a' in resp_metadata_headers.B", /headers\.response/],
  ])('%s is refused at the start', (text, message) => {
    expect(() => cel(text, { on: 'request' })).toThrow(GatewayConfigError);
    expect(() => cel(text, { on: 'request' })).toThrow(message);
  });
});

describe('req_headers of a configuration that says which headers pass', () => {
  const isSomething = "'something' in req_headers['X-Header']";

  test('a header that does not pass is not there', async () => {
    const rule = celRule(isSomething, { on: 'request' }, { headersOf: () => ({}) });
    const { port } = await startWith(rule);
    const headers = { 'X-Header': 'something' };
    expect((await send(port, { path: '/nick/k', headers })).status).toBe(403);
  });

  test('a header that the gateway makes of a claim is there, and only that', async () => {
    const rule = celRule(
      "size(req_headers['X-User-Id']) == 1",
      { on: 'request' },
      {
        headersOf: ({ principal }) => {
          const id = principal?.claims?.user_id;
          return typeof id === 'string' ? { 'X-User-Id': [id] } : {};
        },
      },
    );
    for (const [claims, status] of [
      [{ user_id: 'u' }, 200],
      [{}, 403],
    ] as const) {
      const { port } = await startWith(rule, { auth: () => ({ subject: 'u', claims }) });
      const headers = { 'X-User-Id': 'spoofed' };
      expect((await send(port, { path: '/nick/k', headers })).status).toBe(status);
    }
  });
});

test('an expression about the claims of a token lets in by them, on each method', async () => {
  const { auth, bearer } = await startIssuer();
  const { port, upstream } = await startWith(
    cel("has(JWT.dept) && JWT.dept in ['eng', 'ops']", { on: 'request', name: 'cel[0]' }),
    { auth, publicUrl: 'https://gateway.example/mcp' },
  );
  const statuses = async (claims: Record<string, unknown>) => {
    const headers = await bearer(claims);
    const requests = [
      { body: message('tools/list') },
      { body: call('a') },
      { method: 'GET' },
      { method: 'DELETE' },
    ];
    const sent = requests.map((request) => send(port, { path: '/nick/k', headers, ...request }));
    return (await Promise.all(sent)).map(({ status }) => status);
  };
  expect(await statuses({ dept: 'eng' })).toEqual([200, 200, 200, 200]);
  expect(upstream.seen).toHaveLength(4);
  expect(await statuses({ dept: 'hr' })).toEqual([403, 403, 403, 403]);
  expect(await statuses({})).toEqual([403, 403, 403, 403]);
  expect(upstream.seen).toHaveLength(4);
});
