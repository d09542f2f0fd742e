import { describe, expect, test } from '@jest/globals';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { BACKEND, BACKEND_EXTRA, base, ENDPOINT, EXTRA, withValue } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';
import { type Asked, start } from './support/start.ts';

const keys = signingKey('k1');

interface Setup {
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly query?: readonly string[];
  readonly atBackend?: boolean;
  readonly withToken?: boolean;
}

function documentOf(expression: string, host: string, jwk: string, setup: Setup): object {
  const { path = '/mcp', headers = [], query = [], atBackend = false, withToken = false } = setup;
  const at = [...(atBackend ? BACKEND_EXTRA : EXTRA), 'validation/cel'];
  let document = withValue(base(host), at, [{ check_expr: expression }]);
  document = withValue(document, [...ENDPOINT, 'endpoint'], path);
  document = withValue(document, [...ENDPOINT, 'input_headers'], headers);
  document = withValue(document, [...ENDPOINT, 'input_query_strings'], query);
  document = withValue(document, [...BACKEND, 'url_pattern'], '/mcp');
  if (!withToken) return document;
  const validator = {
    alg: 'ES256',
    jwk_url: jwk,
    disable_jwk_security: true,
    issuer: 'iss',
    audience: ['mcp'],
    propagate_claims: [['user', 'X-User-Id']],
  };
  return withValue(document, [...EXTRA, 'auth/validator'], validator);
}

/** The status of a request to an endpoint with this expression. */
async function statusOf(
  expression: string,
  { claims, ...asked }: Asked & { readonly claims?: Record<string, unknown> },
  setup: Setup = {},
) {
  const key = await keys;
  const { jwksUri } = await keyServer(key);
  const upstream = await recordingUpstream();
  const own = await start(documentOf(expression, `http://${upstream.host}`, jwksUri, setup));
  const exp = Math.floor(Date.now() / 1000) + 600;
  const token = claims && (await sign(key, { iss: 'iss', aud: 'mcp', sub: 'u', exp, ...claims }));
  const headers = { ...asked.headers, ...(token && { authorization: `Bearer ${token}` }) };
  const { status } = await own.ask({ ...asked, headers });
  expect(upstream.seen.length).toBe(status === 200 ? 1 : 0);
  return status;
}

const TODAY = new Date().getUTCDay();
const HEADER = "'something' in req_headers['X-Header']";
const DAYS =
  'has(JWT.user_id) && has(JWT.enabled_days) && (timestamp(now).getDayOfWeek() in JWT.enabled_days)';

describe('an expression about a request', () => {
  test.each<[expression: string, asked: Asked, setup: Setup, status: number]>([
    ["'::1' in req_headers['X-Forwarded-For']", {}, {}, 403],
    [
      "'127.0.0.1' in req_headers['X-Forwarded-For']",
      { headers: { 'x-forwarded-for': '9.9.9.9' } },
      {},
      200,
    ],
    [HEADER, {}, { headers: ['X-Header'] }, 403],
    [HEADER, { headers: { 'x-header': 'something' } }, { headers: ['X-Header'] }, 200],
    [HEADER, { headers: { 'x-header': 'something' } }, {}, 403],
    ["req_params.Nick.matches('k.*')", { path: '/nick/kate' }, { path: '/nick/{nick}' }, 200],
    ["req_params.Nick.matches('k.*')", { path: '/nick/ray' }, { path: '/nick/{nick}' }, 403],
    ["req_params.Nick.matches('k.*')", { path: '/nick/luke' }, { path: '/nick/{nick}' }, 200],
    ['int(req_params.Id) % 2 == 0', { path: '/2' }, { path: '/{id}' }, 200],
    ['int(req_params.Id) % 2 == 0', { path: '/3' }, { path: '/{id}' }, 403],
    ['int(req_params.Id) % 2 == 0', { path: '/a' }, { path: '/{id}' }, 403],
    ["'bar' in req_querystring.foo", { path: '/mcp?foo=bar&foo=baz' }, { query: ['foo'] }, 200],
    ["'bar' in req_querystring.foo", {}, { query: ['foo'] }, 403],
    ['has(req_querystring.foo)', { path: '/mcp?foo=' }, { query: ['foo'] }, 200],
    ['has(req_querystring.foo)', {}, { query: ['foo'] }, 403],
    [`(timestamp(now).getDayOfWeek() + 6) % 7 == ${(TODAY + 6) % 7}`, {}, {}, 200],
    [`(timestamp(now).getDayOfWeek() + 6) % 7 == ${(TODAY + 5) % 7}`, {}, {}, 403],
    ["req_method == 'POST' && req_path == '/mcp'", {}, {}, 200],
    ["req_method == 'POST'", {}, { atBackend: true }, 200],
    ["req_method == 'GET'", {}, { atBackend: true }, 403],
  ])('%s of %j with %j: %i', async (expression, asked, setup, status) => {
    expect(await statusOf(expression, asked, setup)).toBe(status);
  });
});

describe('an expression about a token', () => {
  test.each<[expression: string, claims: Record<string, unknown>, status: number]>([
    [DAYS, { user_id: 1, enabled_days: [TODAY] }, 200],
    [DAYS, { user_id: 1 }, 403],
    ['size(JWT.roles) > 1', { roles: ['a', 'b'] }, 200],
    ['size(JWT.roles) > 1', { roles: ['a'] }, 403],
    ['size(JWT.roles) > 1', { roles: 'ab' }, 200],
    ["JWT.sub == 'u1' || req_method == 'POST'", { sub: 'u2' }, 200],
    ["JWT.sub == 'required'", { sub: 'required' }, 200],
    ['JWT.level + 1 == 6', { level: 5 }, 403],
    ['JWT.level + 1.0 == 6.0', { level: 5 }, 200],
  ])('%s with %j: %i', async (expression, claims, status) => {
    expect(await statusOf(expression, { claims }, { withToken: true })).toBe(status);
  });
});

describe('a claim that goes into a header', () => {
  const expression = "size(req_headers['X-User-Id']) == 1 && 'ada' in req_headers['X-User-Id']";
  test.each([true, false])('is what the expression sees, at the backend: %s', async (atBackend) => {
    const setup = { withToken: true, atBackend, headers: ['X-User-Id'] };
    const headers = { 'x-user-id': 'ada' };
    expect(await statusOf(expression, { claims: { user: 'ada' } }, setup)).toBe(200);
    expect(await statusOf(expression, { claims: { user: 'bob' }, headers }, setup)).toBe(403);
    expect(await statusOf(expression, { claims: {}, headers }, setup)).toBe(403);
  });
});

describe('an expression that KrakenD would skip, or that is never true, is refused', () => {
  test.each<[expression: string, message: RegExp, setup?: Setup]>([
    ['req_params.nick == "x"', /Nick/, { path: '/{nick}' }],
    ["has(req_querystring['foo[]']) && true", /has/],
    ["'company' in resp_data.github", /call has been made/],
    ['resp_metadata_status < 500', /qos\/circuit-breaker\/http/, { atBackend: true }],
    ["JWT.sub == 'a'", /without auth\/validator/],
    ["JWT.sub == 'a'", /no JWT at a backend/, { atBackend: true, withToken: true }],
    ['req_method == ', /./],
    ['req_method > 5', /./],
    ['req_method.lowerAscii() == "post"', /./],
    ['request.method == "POST"', /./],
  ])('%s', (expression, message, setup = {}) => {
    const document = documentOf(
      expression,
      'http://127.0.0.1:9999',
      'http://127.0.0.1:9999',
      setup,
    );
    const { problems } = outcomeOf(document);
    const at = setup.atBackend === true ? 'backend[0].extra_config' : 'extra_config';
    expect(problems.map(({ path }) => path)).toContain(
      `endpoints[0].${at}["validation/cel"][0].check_expr`,
    );
    expect(problems.map((problem) => problem.message).join()).toMatch(message);
  });

  test('and one without check_expr, or none at all', () => {
    const at = [...EXTRA, 'validation/cel'];
    for (const rules of [[], [{}], [{ expr: 'true' }], 'true', { check_expr: 'true' }]) {
      expect(outcomeOf(withValue(base(), at, rules)).problems).not.toEqual([]);
    }
  });
});

test('a header or a parameter that KrakenD would not see is worth a warning', () => {
  const expression = `${HEADER} && 'a' in req_querystring.b`;
  const document = documentOf(expression, 'http://127.0.0.1:9999', '', {});
  const texts = outcomeOf(document)
    .warnings.map(({ message }) => message)
    .join('\n');
  expect(texts).toMatch(/X-Header is not in input_headers/);
  expect(texts).toMatch(/b is not in input_query_strings/);
});
