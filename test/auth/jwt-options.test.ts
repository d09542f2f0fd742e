import { describe, expect, test } from '@jest/globals';
import { type JwtOptions, jwt } from '../../src/slots/auth/jwt/jwt.ts';
import { pathsOf, problemsOf } from '../support/config-error.ts';

const good: JwtOptions = { issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' };

const building = (options: unknown) => () => jwt(options as JwtOptions);

describe('config mistakes, each by its path', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['a text', 'https://idp.example', ''],
    ['an option that is not known', { ...good, issuers: [] }, 'issuers'],
    ['no issuer', { ...good, issuer: undefined }, 'issuer'],
    ['an issuer that is no URL', { ...good, issuer: 'idp.example' }, 'issuer'],
    ['an issuer that is a URL object', { ...good, issuer: new URL(good.issuer) }, 'issuer'],
    ['an issuer without TLS', { ...good, issuer: 'http://idp.example' }, 'issuer'],
    [
      'an issuer that only begins as loopback',
      { ...good, issuer: 'http://127.0.0.1.idp.example' },
      'issuer',
    ],
    ['an issuer with a query', { ...good, issuer: 'https://idp.example?a' }, 'issuer'],
    ['an issuer with a fragment', { ...good, issuer: 'https://idp.example#a' }, 'issuer'],
    ['an issuer with a password', { ...good, issuer: 'https://a:b@idp.example' }, 'issuer'],
    ['an issuer of another kind', { ...good, issuer: 'ftp://idp.example' }, 'issuer'],
    ['no audience', { ...good, audience: undefined }, 'audience'],
    ['an empty audience', { ...good, audience: '' }, 'audience'],
    ['no audience in a list', { ...good, audience: [] }, 'audience'],
    ['a pattern for an audience', { ...good, audience: /mcp/ }, 'audience'],
    ['one audience of several', { ...good, audience: ['a', 7] }, 'audience[1]'],
    ['an audience of nothing', { ...good, audience: {} }, 'audience'],
    ['any and all audiences', { ...good, audience: { anyOf: ['a'], allOf: ['a'] } }, 'audience'],
    ['a claim without values', { ...good, audience: { claim: 'client_id' } }, 'audience'],
    [
      'a claim without a name',
      { ...good, audience: { claim: '', anyOf: ['a'] } },
      'audience.claim',
    ],
    ['all of no audience', { ...good, audience: { allOf: [] } }, 'audience.allOf'],
    ['any audience of a text', { ...good, audience: { anyOf: 'a' } }, 'audience.anyOf'],
    ['any audience of a set', { ...good, audience: { anyOf: new Set(['a']) } }, 'audience.anyOf'],
    ['an audience that is empty', { ...good, audience: { allOf: ['a', ''] } }, 'audience.allOf[1]'],
    ['an audience that is a hole', { ...good, audience: { anyOf: Array(1) } }, 'audience.anyOf[0]'],
    ['an audience that is a function', { ...good, audience: () => true }, 'audience'],
    ['an audience that is a map', { ...good, audience: new Map([['anyOf', ['a']]]) }, 'audience'],
    ['jwksUri that is no URL', { ...good, jwksUri: '/keys' }, 'jwksUri'],
    ['jwksUri without TLS', { ...good, jwksUri: 'http://idp.example/keys' }, 'jwksUri'],
    ['jwksUri to a private address', { ...good, jwksUri: 'http://10.0.0.1/keys' }, 'jwksUri'],
    ['jwksUri with a password', { ...good, jwksUri: 'https://a:b@idp.example/keys' }, 'jwksUri'],
    ['jwksUri that is a file', { ...good, jwksUri: new URL('file:///keys.json') }, 'jwksUri'],
    ['jwksUri that is empty', { ...good, jwksUri: '' }, 'jwksUri'],
    ['no algorithm', { ...good, algorithms: [] }, 'algorithms'],
    ['an algorithm by itself', { ...good, algorithms: 'RS256' }, 'algorithms'],
    ['none', { ...good, algorithms: ['RS256', 'none'] }, 'algorithms[1]'],
    ['HS256', { ...good, algorithms: ['HS256'] }, 'algorithms[0]'],
    ['HS512', { ...good, algorithms: ['HS512'] }, 'algorithms[0]'],
    ['an algorithm in small letters', { ...good, algorithms: ['rs256'] }, 'algorithms[0]'],
    ['one to encrypt', { ...good, algorithms: ['RSA-OAEP'] }, 'algorithms[0]'],
    ['scopes in one text', { ...good, scopes: 'a b' }, 'scopes'],
    ['two scopes as one', { ...good, scopes: ['a b'] }, 'scopes[0]'],
    ['a scope that ends the challenge', { ...good, scopes: ['a', 'b"'] }, 'scopes[1]'],
    ['offline_access', { ...good, scopes: ['a', 'offline_access'] }, 'scopes'],
    ['no role', { ...good, roles: [] }, 'roles'],
    ['a role by itself', { ...good, roles: 'admin' }, 'roles'],
    ['roles as a function', { ...good, roles: () => true }, 'roles'],
    ['a role that is empty', { ...good, roles: ['admin', ''] }, 'roles[1]'],
    ['a role that is a pattern', { ...good, roles: [/adm/] }, 'roles[0]'],
    ['claims by their paths', { ...good, claims: { roles: 'realm_access.roles' } }, 'claims'],
    ['claims that are true', { ...good, claims: true }, 'claims'],
    ['a tolerance without unit', { ...good, clockTolerance: '30' }, 'clockTolerance'],
    ['a tolerance below nothing', { ...good, clockTolerance: -1 }, 'clockTolerance'],
    ['isRevoked that is no function', { ...good, isRevoked: [] }, 'isRevoked'],
    ['closeOnExpiry that is neither', { ...good, closeOnExpiry: 'yes' }, 'closeOnExpiry'],
    ['exposeAs that is true', { ...good, exposeAs: true }, 'exposeAs'],
    ['exposeAs that is empty', { ...good, exposeAs: '' }, 'exposeAs'],
    ['exposeAs over what Node goes by', { ...good, exposeAs: 'headers' }, 'exposeAs'],
    ['exposeAs over the socket', { ...good, exposeAs: 'socket' }, 'exposeAs'],
    ['exposeAs over the prototype', { ...good, exposeAs: '__proto__' }, 'exposeAs'],
    ['exposeAs over what is relayed', { ...good, exposeAs: 'rawBody' }, 'exposeAs'],
  ])('%s', (_what, options, path) => {
    expect(pathsOf(building(options))).toEqual([path]);
  });

  test('all at once', () => {
    const all = { issuer: 1, audience: 2, algorithms: ['none'], exposeAs: 'url' };
    expect(pathsOf(building(all))).toEqual(['issuer', 'audience', 'algorithms[0]', 'exposeAs']);
  });

  test.each([
    ['oneOf', { oneOf: ['a'] }, 'anyOf'],
    ['all', { all: ['a'] }, 'allOf'],
    ['aud', { aud: ['a'] }, 'use anyOf, with the values that `aud` may have'],
    ['anyof', { anyof: ['a'] }, 'anyOf'],
  ])('what is meant by audience.%s', (name, audience, expected) => {
    const [problem, ...others] = problemsOf(building({ ...good, audience }));
    expect(problem).toMatchObject({ path: `audience.${name}`, expected });
    expect(others).toEqual([]);
  });

  test.each([
    ['iss', 'issuer'],
    ['aud', 'audience'],
    ['role', 'roles'],
    ['scope', 'use scopes, a list'],
    ['jwks_uri', 'jwksUri'],
    ['claim', 'claims'],
  ])('what is meant by %s', (name, expected) => {
    const [problem, ...others] = problemsOf(building({ ...good, [name]: 'a' }));
    expect(problem).toMatchObject({ path: name, expected });
    expect(others).toEqual([]);
  });

  test('a URL with a secret is not shown', () => {
    const [problem] = problemsOf(building({ ...good, jwksUri: 'http://idp.example/?key=hush' }));
    expect(JSON.stringify(problem)).not.toContain('hush');
  });
});

describe('taken', () => {
  test.each<[string, Partial<JwtOptions>]>([
    ['the least there can be', {}],
    ['an issuer on this machine', { issuer: 'http://localhost:8080/realms/a' }],
    ['one by its IPv6 address', { issuer: 'http://[::1]:8080' }],
    [
      'an issuer for each tenant',
      { issuer: { pattern: 'https://login.example/{tenant}/v2.0', tenants: ['a'] } },
    ],
    ['an issuer without TLS, inside a network', { issuer: 'http://idp', unsafeAllowHttp: true }],
    [
      'a text that is no URL, with keys elsewhere',
      { issuer: 'accounts.example', jwksUri: 'https://idp.example/keys' },
    ],
    [
      'an issuer without TLS, with keys elsewhere',
      { issuer: 'http://idp.example', jwksUri: 'https://idp.example/keys' },
    ],
    ['a URL object', { jwksUri: new URL('https://idp.example/keys?tenant=a') }],
    ['all algorithms', { algorithms: ['RS512', 'PS384', 'ES512', 'EdDSA', 'Ed25519'] }],
    ['roles, and where they are', { roles: ['admin'], claims: () => ({ roles: [] }) }],
    [
      'all that can be off',
      { roles: false, claims: false, clockTolerance: false, isRevoked: false, exposeAs: false },
    ],
  ])('%s', (_what, options) => {
    expect(pathsOf(building({ ...good, ...options }))).toEqual([]);
  });

  test('what the gateway has to know of it', () => {
    const scheme = jwt({ ...good, scopes: ['a', 'b'] });
    expect(scheme).toMatchObject({
      header: 'authorization',
      issuers: [good.issuer],
      scopes: ['a', 'b'],
    });
  });
});
