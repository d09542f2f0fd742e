import { describe, expect, test } from '@jest/globals';
import type { Principal } from '../../src/index.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import {
  active,
  gatewayWith,
  introspectionServer,
  problemIn,
  says,
  saysText,
  schemeFor,
} from './support/introspection-server.ts';

const EPOCH = Date.parse('2026-01-01T00:00:00Z') / 1000;

/** What comes of a token of which the server says this. */
async function outcomeOf(answer: unknown, options: Parameters<typeof schemeFor>[1] = {}) {
  const server = await introspectionServer(
    typeof answer === 'string' ? saysText(answer) : says(() => answer),
  );
  const gateway = await gatewayWith(schemeFor(server, options));
  const first = await gateway.call('a-token');
  return { answer: first, gateway, server };
}

describe('the answer is taken for what it says', () => {
  test('the principal is who the server names, with scopes, client and claims', async () => {
    const principals: (Principal | undefined)[] = [];
    const server = await introspectionServer(
      says(() => active({ iss: 'https://idp.example', scope: 'a b', tenant: 'acme' })),
    );
    const { call } = await gatewayWith(schemeFor(server), {
      policies: ({ principal }) => {
        principals.push(principal);
        return true;
      },
    });
    expect((await call('a-token')).status).toBe(200);
    expect(principals).toEqual([
      {
        issuer: 'https://idp.example',
        subject: 'alice',
        scopes: ['a', 'b'],
        roles: [],
        clientId: 'app',
        claims: expect.objectContaining({ tenant: 'acme', active: true }),
      },
    ]);
    expect(Object.isFrozen(principals[0])).toBe(true);
    expect(principals[0]?.claims?.constructor).toBe(undefined);
  });

  test('without iss, its issuer is the configured one, or else nobody', async () => {
    const server = await introspectionServer();
    for (const [options, issuer] of [
      [{ issuer: 'urn:idp', url: server.url }, 'urn:idp'],
      [{}, undefined],
    ] as const) {
      const issuers: unknown[] = [];
      const { call } = await gatewayWith(schemeFor(server, options), {
        policies: ({ principal }) => {
          issuers.push(principal?.issuer);
          return true;
        },
      });
      expect((await call('a-token')).status).toBe(200);
      expect(issuers).toEqual([issuer]);
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ['aud in a list', { aud: ['other', AUDIENCE] }],
    ['token_type Bearer', { token_type: 'Bearer' }],
    ['token_type bearer in small letters', { token_type: 'bearer' }],
    ['token_use of an access token', { token_use: 'access_token' }],
    ['typ of Keycloak', { typ: 'Bearer' }],
    ['members that are null', { iss: null, nbf: null, token_type: null, cnf: null, scope: null }],
    ['nbf in the past', { nbf: EPOCH - 100 }],
    ['exp and nbf within the tolerance', { exp: EPOCH - 29, nbf: EPOCH + 29 }],
    ['members that nobody knows', { a: { b: [1, { c: null }] }, username: 'x' }],
  ])('accepted: %s', async (_, members) => {
    const { answer, gateway } = await outcomeOf(active(members));
    expect([answer.status, gateway.users]).toEqual([200, ['alice']]);
  });
});

describe('a token is refused with 401, and the upstream hears nothing', () => {
  const NOT_ACTIVE = 'The token is not active';
  const NOT_SAID = 'The authorization server does not say that the token is active';
  const NO_EXPIRY = 'The token does not say when it expires';
  const WRONG_TYPE = 'The token is not an access token';
  const AUDIENCE_PROBLEM = 'The token is for another audience';
  const rows: [string, unknown, string][] = [
    ['active: false', { active: false }, NOT_ACTIVE],
    ['active: false, and all else as it should be', active({ active: false }), NOT_ACTIVE],
    ['no active', active({ active: undefined }), NOT_SAID],
    ['an empty object', {}, NOT_SAID],
    ['active: "true"', active({ active: 'true' }), NOT_SAID],
    ['active: 1', active({ active: 1 }), NOT_SAID],
    ['active: null', active({ active: null }), NOT_SAID],
    ['active: [true]', active({ active: [true] }), NOT_SAID],
    ['active: {}', active({ active: {} }), NOT_SAID],
    ['Active in capitals', { ...active({ active: undefined }), Active: true }, NOT_SAID],
    ['active in the prototype', `{"__proto__":${JSON.stringify(active())}}`, NOT_SAID],
    ['active inside of something', { token: active() }, NOT_SAID],
    ['no aud', active({ aud: undefined }), AUDIENCE_PROBLEM],
    ['aud: null', active({ aud: null }), AUDIENCE_PROBLEM],
    ['aud of somebody else', active({ aud: 'https://other.example/mcp' }), AUDIENCE_PROBLEM],
    ['aud with a slash more', active({ aud: `${AUDIENCE}/` }), AUDIENCE_PROBLEM],
    ['aud in a list in a list', active({ aud: [[AUDIENCE]] }), AUDIENCE_PROBLEM],
    ['aud as an object', active({ aud: { 0: AUDIENCE } }), AUDIENCE_PROBLEM],
    ['aud as a huge list', active({ aud: Array(5000).fill('x') }), AUDIENCE_PROBLEM],
    ['no exp', active({ exp: undefined }), NO_EXPIRY],
    ['exp as a text', active({ exp: String(EPOCH + 100) }), NO_EXPIRY],
    ['exp: null', active({ exp: null }), NO_EXPIRY],
    ['exp: true', active({ exp: true }), NO_EXPIRY],
    ['exp in a list', active({ exp: [EPOCH + 100] }), NO_EXPIRY],
    ['exp: "NaN"', active({ exp: 'NaN' }), NO_EXPIRY],
    ['exp beyond numbers', JSON.stringify(active({ exp: 'X' })).replace('"X"', '1e999'), NO_EXPIRY],
    ['exp in milliseconds', active({ exp: (EPOCH + 100) * 1e6 }), NO_EXPIRY],
    ['exp that is over', active({ exp: EPOCH - 31 }), 'The token has expired'],
    ['exp: 0', active({ exp: 0 }), 'The token has expired'],
    ['exp below zero', active({ exp: -1e300 }), 'The token has expired'],
    ['nbf to come', active({ nbf: EPOCH + 31 }), 'The token is not valid yet'],
    ['nbf as a text', active({ nbf: '0' }), 'A claim of the token is not what it has to be'],
    ['no sub', active({ sub: undefined }), 'The token names no subject'],
    ['an empty sub', active({ sub: '' }), 'The token names no subject'],
    ['sub as a number', active({ sub: 7 }), 'The token names no subject'],
    ['sub as a list', active({ sub: ['alice'] }), 'The token names no subject'],
    [
      'sub in the prototype',
      active({ sub: undefined, toString: 'x' }),
      'The token names no subject',
    ],
    ['iss as a list', active({ iss: ['https://idp.example'] }), 'The token is from another issuer'],
    ['an empty iss', active({ iss: '' }), 'The token is from another issuer'],
    ['a refresh token', active({ token_type: 'refresh_token' }), WRONG_TYPE],
    ['a refresh token of Hydra', active({ token_use: 'refresh_token' }), WRONG_TYPE],
    ['a refresh token of Keycloak', active({ typ: 'Refresh' }), WRONG_TYPE],
    ['an ID token', active({ typ: 'ID' }), WRONG_TYPE],
    ['token_type as a list', active({ token_type: ['Bearer'] }), WRONG_TYPE],
    ['a DPoP token', active({ token_type: 'DPoP' }), WRONG_TYPE],
    [
      'a token that is bound to a key',
      active({ cnf: { jkt: 'a' } }),
      'The token is bound to a key, and is no bearer token',
    ],
  ];
  test.each(rows)('%s', async (_, said, problem) => {
    const { answer, gateway } = await outcomeOf(said);
    expect([answer.status, problemIn(answer), gateway.users]).toEqual([401, problem, []]);
  });

  test('another issuer than the configured one', async () => {
    const own = { issuer: 'https://idp.example' };
    for (const iss of [
      'https://idp.example/',
      'https://IDP.example',
      'https://evil.example',
      7,
      '',
    ]) {
      const { answer, gateway } = await outcomeOf(active({ iss }), own);
      expect([iss, answer.status, gateway.users]).toEqual([iss, 401, []]);
    }
  });

  test('an audience rule of another kind holds as well', async () => {
    const audience = { claim: 'client_id', anyOf: ['app'] } as const;
    expect((await outcomeOf(active({ aud: undefined }), { audience })).answer.status).toBe(200);
    expect((await outcomeOf(active({ client_id: 'other' }), { audience })).answer.status).toBe(401);
    const all = { allOf: [AUDIENCE, 'second'] };
    expect((await outcomeOf(active(), { audience: all })).answer.status).toBe(401);
  });
});

test('a scope that every request needs is asked for with 403', async () => {
  const scopes = ['mcp'];
  for (const [scope, status] of [
    ['mcp other', 200],
    [['mcp'], 200],
    ['other', 403],
    [undefined, 403],
    [{ mcp: true }, 403],
    [['x', ['mcp']], 403],
  ] as const) {
    const { answer } = await outcomeOf(active({ scope }), { scopes });
    expect([scope, answer.status]).toEqual([scope, status]);
  }
});

describe('what is no answer is a 503, and tells the operator why', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['HTML', '<html>active: true</html>'],
    ['null', 'null'],
    ['true', 'true'],
    ['a list', JSON.stringify([active()])],
    ['a text', JSON.stringify(JSON.stringify(active()))],
    ['two documents', JSON.stringify(active()).repeat(2)],
    ['a BOM in front', `\ufeff${JSON.stringify(active())}`],
    ['a JWT', 'eyJhbGciOiJub25lIn0.eyJhY3RpdmUiOnRydWV9.'],
    ['active twice, first false', JSON.stringify(active()).replace('{', '{"active":false,')],
    ['active twice, last false', JSON.stringify(active()).replace(/}$/, ',"active":false}')],
    ['a name twice, once escaped', JSON.stringify(active()).replace('{', '{"\\u0073ub":"bob",')],
    ['a name twice inside', JSON.stringify(active({ a: 7 })).replace('7', '{"b":1,"b":2}')],
    [
      'nesting without end',
      JSON.stringify(active({ a: 7 })).replace('7', '['.repeat(999) + ']'.repeat(999)),
    ],
    ['more than an answer may have', JSON.stringify(active({ pad: 'x'.repeat(64 * 1024) }))],
  ])('%s', async (_, body) => {
    const { answer, gateway } = await outcomeOf(body);
    expect([answer.status, gateway.users]).toEqual([503, []]);
    expect(gateway.told()).toMatch(/The introspection endpoint at 127\.0\.0\.1:\d+ /);
    expect(answer.body).not.toContain('127.0.0.1');
  });

  test('bytes that are not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from(JSON.stringify(active()).replace(/}$/, ',"x":"')),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    const server = await introspectionServer(saysText(bytes));
    expect(await (await gatewayWith(schemeFor(server))).outcome('t')).toBe('503 keys_unavailable');
  });
});
