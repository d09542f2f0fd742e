import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { fromKrakend, type KrakendReadOptions } from '../../src/exports/krakend.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import {
  BACKEND,
  BACKEND_EXTRA,
  base,
  ENDPOINT,
  EXTRA,
  SERVICE,
  type Step,
  withValue,
} from './support/base.ts';
import { said } from './support/outcome.ts';
import { type Asked, CALL, send, start } from './support/start.ts';

const keys = signingKey('k1');
type Change = readonly [at: readonly Step[], value: unknown];

/** A document with these changes, in front of an upstream that records. */
async function running(changes: readonly Change[], options: KrakendReadOptions = {}) {
  const upstream = await recordingUpstream();
  const document = changes.reduce(
    (own, [at, value]) => withValue(own, at, value),
    base(`http://${upstream.host}`),
  );
  return { upstream, document, ...(await start(document, options)) };
}

describe('auth/validator', () => {
  const at = [...EXTRA, 'auth/validator'];

  async function guarded(
    values: object,
    options: KrakendReadOptions = {},
    others: readonly Change[] = [],
  ) {
    const key = await keys;
    const { jwksUri } = await keyServer(key);
    const validator = {
      alg: 'ES256',
      jwk_url: jwksUri,
      disable_jwk_security: true,
      issuer: 'iss',
      audience: ['mcp'],
      ...values,
    };
    const own = await running([[at, JSON.parse(JSON.stringify(validator))], ...others], options);
    const withClaims = async (claims: object = {}) => {
      const exp = Math.floor(Date.now() / 1000) + 600;
      const token = await sign(key, { iss: 'iss', aud: 'mcp', sub: 'ada', exp, ...claims });
      return own.ask({ headers: { authorization: `Bearer ${token}` } });
    };
    return { ...own, withClaims };
  }

  test.each<[what: string, values: object, claims: object, status: number]>([
    ['a good token', {}, {}, 200],
    ['another issuer', {}, { iss: 'other' }, 401],
    ['another audience', {}, { aud: 'other' }, 401],
    ['no end', {}, { exp: undefined }, 401],
    ['all of several audiences', { audience: ['a', 'b'] }, { aud: ['b', 'a', 'c'] }, 200],
    ['one of several audiences', { audience: ['a', 'b'] }, { aud: ['a'] }, 401],
    ['a role', { roles: ['admin', 'user'] }, { roles: ['user'] }, 200],
    ['a role in a text', { roles: ['admin'] }, { roles: 'user admin' }, 200],
    ['no role', { roles: ['admin'] }, { roles: ['user'] }, 403],
    ['no roles at all', { roles: ['admin'] }, {}, 403],
    [
      'a role under another key',
      { roles: ['admin'], roles_key: 'https://a.example/roles' },
      { 'https://a.example/roles': ['admin'] },
      200,
    ],
    [
      'a role under a nested key',
      { roles: ['admin'], roles_key: 'realm.roles', roles_key_is_nested: true },
      { realm: { roles: ['admin'] } },
      200,
    ],
    [
      'a nested role where the key is none',
      { roles: ['admin'], roles_key: 'realm.roles' },
      { realm: { roles: ['admin'] } },
      403,
    ],
    ['a role that is no text', { roles: ['1'] }, { roles: [1] }, 403],
    ['one of the scopes', { scopes: ['a', 'b'], scopes_key: 'scope' }, { scope: 'x b' }, 200],
    ['none of the scopes', { scopes: ['a', 'b'], scopes_key: 'scope' }, { scope: 'x' }, 403],
    [
      'all scopes',
      { scopes: ['a', 'b'], scopes_key: 'data.may', scopes_matcher: 'all' },
      { data: { may: ['b', 'a'] } },
      200,
    ],
    [
      'not all scopes',
      { scopes: ['a', 'b'], scopes_key: 'scope', scopes_matcher: 'all' },
      { scope: 'a' },
      403,
    ],
  ])('%s', async (_what, values, claims, status) => {
    const { withClaims, upstream } = await guarded(values);
    expect((await withClaims(claims)).status).toBe(status);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each<[what: string, headers: Record<string, string>]>([
    ['no token', {}],
    ['a token without a scheme', { authorization: 'x.y.z' }],
    ['a token in the cookie that KrakenD reads', { cookie: 'access_token=x.y.z' }],
    ['a token that nobody signed', { authorization: 'Bearer x.y.z' }],
  ])('%s is 401', async (_what, headers) => {
    const { ask, upstream } = await guarded({});
    const answer = await ask({ headers });
    expect(answer.status).toBe(401);
    expect(String(answer.headers['www-authenticate'])).toMatch(/^Bearer/);
    expect(String(answer.headers['www-authenticate'])).not.toMatch(/resource_metadata/);
    expect(upstream.seen).toEqual([]);
  });

  test('names the metadata below the public URL, and serves it', async () => {
    const { ask, port } = await guarded(
      { issuer: 'https://idp.example' },
      { publicUrl: 'https://gateway.example' },
    );
    const metadata = '/.well-known/oauth-protected-resource/mcp';
    expect(String((await ask({})).headers['www-authenticate'])).toContain(
      `https://gateway.example${metadata}`,
    );
    const served = await send(port, { method: 'GET', path: metadata });
    expect(JSON.parse(served.body)).toMatchObject({
      resource: 'https://gateway.example/mcp',
      authorization_servers: ['https://idp.example'],
    });
  });

  test('takes any issuer and audience only where that is allowed by name', async () => {
    const values = { issuer: undefined, audience: undefined };
    await expect(guarded(values)).rejects.toThrow(/any-issuer[\s\S]*any-audience/);
    await expect(guarded(values, { allow: ['any-issuer'] })).rejects.toThrow(/any-audience/);
    const { withClaims, ask, warnings } = await guarded(values, {
      allow: ['any-issuer', 'any-audience'],
    });
    expect((await withClaims({ iss: 'other', aud: undefined })).status).toBe(200);
    expect((await withClaims({ iss: undefined })).status).toBe(401);
    expect((await ask({ headers: { authorization: 'Bearer x.y.z' } })).status).toBe(401);
    expect(warnings.map(({ message }) => message)).toContain('tokens of any issuer are taken');
  });

  test('asks isRevoked', async () => {
    const { withClaims } = await guarded({}, { isRevoked: ({ jti }) => jti === 'gone' });
    expect((await withClaims({ jti: 'here' })).status).toBe(200);
    expect((await withClaims({ jti: 'gone' })).status).toBe(401);
  });

  test('asks isRevoked in place of a revoker, and does not start without it', async () => {
    const revoker: Change = [[...SERVICE, 'auth/revoker'], { N: 10_000_000, P: 1e-7 }];
    await expect(guarded({}, {}, [revoker])).rejects.toThrow(/isRevoked/);
    await expect(guarded({}, { isRevoked: false }, [revoker])).rejects.toThrow(/isRevoked/);
    const options = { isRevoked: ({ jti }: { readonly jti?: unknown }) => jti === 'gone' };
    const { withClaims, warnings } = await guarded({}, options, [revoker]);
    expect((await withClaims({ jti: 'here' })).status).toBe(200);
    expect((await withClaims({ jti: 'gone' })).status).toBe(401);
    expect(said(warnings, 'extra_config["auth/revoker"]')).toMatch(/isRevoked/);
  });

  test('puts claims into headers, and no client can', async () => {
    const propagate_claims = [
      ['sub', 'X-User'],
      ['n', 'X-N'],
      ['list', 'X-List'],
      ['a.b', 'X-Nested'],
      ['none', 'X-None'],
      ['bad', 'X-Bad'],
    ];
    const { upstream, withClaims, ask } = await guarded({ propagate_claims }, {}, [
      [[...ENDPOINT, 'input_headers'], ['*']],
    ]);
    await withClaims({ sub: 'Łukasz', n: 10, list: ['a', 2], a: { b: true }, bad: 'a\r\nb' });
    const { headers } = upstream.seen[0] ?? {};
    expect(Buffer.from(String(headers?.['x-user']), 'latin1').toString()).toBe('Łukasz');
    expect(headers).toMatchObject({ 'x-n': '10', 'x-list': 'a,2', 'x-nested': 'true' });
    expect(headers).not.toHaveProperty('x-bad');
    expect(headers).not.toHaveProperty('authorization');
    const answer = await ask({ headers: { 'x-user': 'root' } });
    expect(answer.status).toBe(401);
    const token = await sign(await keys, {
      iss: 'iss',
      aud: 'mcp',
      sub: 'ada',
      exp: Math.floor(Date.now() / 1000) + 60,
    });
    await ask({
      headers: { authorization: `Bearer ${token}`, 'x-none': 'theirs', x_none: 'theirs' },
    });
    expect(
      Object.keys(upstream.seen[1]?.headers ?? {}).filter((name) => /none/.test(name)),
    ).toEqual([]);
  });
});

test('API keys are taken by their role', async () => {
  const { ask, upstream } = await running([
    [
      [...SERVICE, 'auth/api-keys'],
      {
        identifier: 'X-Key',
        keys: [
          { key: 'one', roles: ['admin'] },
          { key: 'two', roles: ['user'] },
        ],
      },
    ],
    [[...EXTRA, 'auth/api-keys'], { roles: ['admin'] }],
  ]);
  const status = async (key?: string) =>
    (await ask({ headers: key === undefined ? {} : { 'x-key': key } })).status;
  expect([await status(), await status('three'), await status('two'), await status('one')]).toEqual(
    [401, 401, 403, 200],
  );
  expect(upstream.seen).toHaveLength(1);
  expect(upstream.seen[0]?.headers).not.toHaveProperty('x-key');
});

describe('addresses', () => {
  const FROM = { headers: { 'x-forwarded-for': '9.9.9.9' } };
  const FILTER: Change = [
    [...SERVICE, 'plugin/http-server'],
    { name: ['ip-filter'], 'ip-filter': { CIDR: ['9.9.9.9'], allow: true } },
  ];
  const TRUST: Change = [[...SERVICE, 'router'], { trusted_proxies: ['127.0.0.0/8'] }];

  test('are those of the connection', async () => {
    const { ask, upstream } = await running([]);
    await ask({
      headers: {
        'x-forwarded-for': '9.9.9.9',
        'x-forwarded-host': 'evil.example',
        host: 'own.example',
      },
    });
    expect(upstream.seen[0]?.headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'own.example',
    });
    expect((await (await running([FILTER])).ask(FROM)).status).toBe(403);
  });

  test('are those that trusted proxies say', async () => {
    const { ask, upstream } = await running([FILTER, TRUST]);
    expect((await ask(FROM)).status).toBe(200);
    expect(upstream.seen[0]?.headers).toMatchObject({ 'x-forwarded-for': '9.9.9.9' });
    expect((await ask({ headers: { 'x-forwarded-for': '9.9.9.9, 8.8.8.8' } })).status).toBe(403);
    expect((await ask({})).status).toBe(403);
  });

  test('are those of the connection where forwarded_by_client_ip is off', async () => {
    const off: Change = [
      [...SERVICE, 'router'],
      { trusted_proxies: ['127.0.0.0/8'], forwarded_by_client_ip: false },
    ];
    expect((await (await running([FILTER, off])).ask(FROM)).status).toBe(403);
  });

  test('do not go by what the app around believes, which keeps its own', async () => {
    const { document } = await running([FILTER]);
    const { router } = fromKrakend(document);
    const app = express().set('trust proxy', true).use(router);
    app.use((req, res) => void res.json([req.ip, req.app === app, 'json' in res]));
    const { port } = await serve(app);
    expect((await send(port, { method: 'POST', path: '/mcp', ...FROM, body: '{}' })).status).toBe(
      403,
    );
    const other = await send(port, { method: 'GET', path: '/other', ...FROM });
    expect(JSON.parse(other.body)).toEqual(['9.9.9.9', true, true]);
  });
});

describe('limits', () => {
  const at = [...EXTRA, 'qos/ratelimit/router'];
  const statuses = async (own: Awaited<ReturnType<typeof running>>, asked: readonly Asked[]) => {
    const all: (number | undefined)[] = [];
    for (const each of asked) all.push((await own.ask(each)).status);
    return all;
  };

  test('of all callers', async () => {
    const own = await running([[at, { max_rate: 1, capacity: 2, every: '1h' }]]);
    expect(await statuses(own, [{}, {}, {}])).toEqual([200, 200, 429]);
  });

  test('by a parameter of the path', async () => {
    const own = await running([
      [[...ENDPOINT, 'endpoint'], '/{tenant}/mcp'],
      [
        at,
        { client_max_rate: 1, client_capacity: 1, every: '1h', strategy: 'param', key: 'tenant' },
      ],
    ]);
    const paths = ['/a/mcp', '/a/mcp', '/b/mcp'].map((path) => ({ path }));
    expect(await statuses(own, paths)).toEqual([200, 429, 200]);
  });

  test('by address', async () => {
    const own = await running([
      [at, { client_max_rate: 1, client_capacity: 1, every: '1h', strategy: 'ip' }],
    ]);
    expect(await statuses(own, [{}, { headers: { 'x-forwarded-for': '9.9.9.9' } }])).toEqual([
      200, 429,
    ]);
  });

  test('count for each method', async () => {
    const [first] = (base() as { readonly endpoints: readonly object[] }).endpoints;
    const limit = {
      extra_config: { 'qos/ratelimit/router': { max_rate: 1, capacity: 1, every: '1h' } },
    };
    const { document } = await running([]);
    const { endpoints } = document as { readonly endpoints: readonly object[] };
    const own = await start({
      version: 3,
      endpoints: [
        { ...first, ...endpoints[0], ...limit },
        { ...first, ...endpoints[0], ...limit, method: 'DELETE' },
      ],
    });
    const answers = [
      await own.ask({}),
      await own.ask({ method: 'DELETE' }),
      await own.ask({}),
      await own.ask({ method: 'DELETE' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
  });
});

describe('headers for browsers, and who is served', () => {
  const HTTP: Change = [
    [...SERVICE, 'security/http'],
    {
      allowed_hosts: ['own.example'],
      frame_deny: true,
      content_type_nosniff: true,
      browser_xss_filter: true,
      content_security_policy: "default-src 'self'",
      referrer_policy: 'same-origin',
      sts_seconds: 300,
      sts_include_subdomains: true,
    },
  ];
  const EXPECTED = {
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'x-xss-protection': '1; mode=block',
    'content-security-policy': "default-src 'self'",
    'referrer-policy': 'same-origin',
  };

  test('are on answers and refusals, and for TLS only where it is', async () => {
    const { ask } = await running([
      HTTP,
      [[...SERVICE, 'router'], { trusted_proxies: ['127.0.0.1'] }],
    ]);
    const good = await ask({ headers: { host: 'own.example' } });
    const bad = await ask({ headers: { host: 'other.example' } });
    expect([good.status, bad.status]).toEqual([200, 403]);
    for (const { headers } of [good, bad]) {
      expect(headers).toMatchObject(EXPECTED);
      expect(headers).not.toHaveProperty('strict-transport-security');
    }
    const secure = await ask({ headers: { host: 'own.example', 'x-forwarded-proto': 'https' } });
    expect(secure.headers).toMatchObject({
      ...EXPECTED,
      'strict-transport-security': 'max-age=300; includeSubDomains',
    });
  });

  test('for TLS are not sent where the client alone says that it is there', async () => {
    const { ask } = await running([HTTP]);
    const { headers } = await ask({
      headers: { host: 'own.example', 'x-forwarded-proto': 'https' },
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  test('bots are refused by their User-Agent', async () => {
    const { ask } = await running([
      [
        [...EXTRA, 'security/bot-detector'],
        {
          empty_user_agent_is_bot: true,
          allow: ['good bot'],
          deny: ['bad'],
          patterns: ['(?i)BOT'],
        },
      ],
    ]);
    const statuses = [];
    for (const agent of ['good bot', 'bad', 'my bot', 'client', '']) {
      statuses.push((await ask({ headers: { 'user-agent': agent } })).status);
    }
    expect(statuses).toEqual([200, 403, 403, 200, 403]);
  });

  test('web pages of other origins are refused', async () => {
    const { ask } = await running([
      [[...SERVICE, 'security/cors'], { allow_origins: ['https://own.example'] }],
    ]);
    expect((await ask({ headers: { origin: 'https://own.example' } })).status).toBe(200);
    expect((await ask({ headers: { origin: 'https://other.example' } })).status).toBe(403);
  });
});

describe('a path with parameters', () => {
  const paths: readonly Change[] = [
    [[...ENDPOINT, 'endpoint'], '/t/{tenant}/mcp'],
    [[...BACKEND, 'url_pattern'], '/up/{tenant}'],
  ];

  test.each([
    ['/t/acme/mcp', 200, '/up/acme'],
    ['/t/acme/mcp/', 200, '/up/acme'],
    ['/t/a%2Fb/mcp', 200, '/up/a%2Fb'],
    ['/t/a%20b/mcp', 200, '/up/a%20b'],
    ['/t/%2e%2e/mcp', 404, undefined],
    ['/t/../mcp', 404, undefined],
    ['/t//mcp', 404, undefined],
    ['/T/acme/mcp', 404, undefined],
    ['/t/acme/mcp/more', 404, undefined],
    ['/t/acme', 404, undefined],
  ])('%s: %i', async (path, status, url) => {
    const { ask, upstream, gateways } = await running(paths);
    expect((await ask({ path })).status).toBe(status);
    expect(upstream.seen.map((seen) => seen.url)).toEqual(url === undefined ? [] : [url]);
    expect(gateways.map((own) => own.path)).toEqual(['/t/:tenant/mcp']);
  });
});

describe('a path that is written out goes before a parameter', () => {
  test.each([false, true])(
    'and nobody passes its guards by another spelling; last in the document: %s',
    async (isLast) => {
      const upstream = await recordingUpstream();
      const [open] = (base(`http://${upstream.host}`) as { readonly endpoints: readonly object[] })
        .endpoints;
      const endpoints = [
        {
          ...open,
          endpoint: '/t/admin',
          extra_config: { 'validation/cel': [{ check_expr: 'false' }] },
        },
        { ...open, endpoint: '/t/{name}' },
        {
          ...open,
          endpoint: '/{group}/admin',
          extra_config: { 'validation/cel': [{ check_expr: 'false' }] },
        },
      ];
      const own = await start({ version: 3, endpoints: isLast ? endpoints.reverse() : endpoints });
      const statuses = [];
      for (const path of [
        '/t/admin',
        '/t/%61dmin',
        '/t/admin/',
        '/t/%61dmin/',
        '/%74/admin',
        '/t/other',
        '/u/admin',
        '/u/%61dmin',
      ]) {
        statuses.push((await own.ask({ path })).status);
      }
      expect(statuses).toEqual([403, 404, 403, 404, 404, 200, 403, 404]);
      expect(upstream.seen).toHaveLength(1);
      const { port } = await serve(express().use('/below', own.router));
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      for (const [path, status] of [
        ['/below/t/%61dmin', 404],
        ['/below/t/admin', 403],
        ['/below/t/other', 200],
      ] as const) {
        const answer = await send(port, { method: 'POST', path, headers, body: CALL });
        expect([path, answer.status]).toEqual([path, status]);
      }
    },
  );
});

test('a backend that fails is left alone for a while', async () => {
  const upstream = await recordingUpstream((_req, res) => res.writeHead(503).end());
  const breaker = { interval: 60, timeout: 60, max_errors: 1 };
  const own = await start(
    withValue(base(`http://${upstream.host}`), [...BACKEND_EXTRA, 'qos/circuit-breaker'], breaker),
  );
  for (let n = 0; n < 3; n += 1) await own.ask({});
  expect(upstream.seen).toHaveLength(2);
});
