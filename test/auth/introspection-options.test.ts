import { describe, expect, test } from '@jest/globals';
import { createMcpGateway, introspection, requireAuth } from '../../src/index.ts';
import { pathsOf, problemsOf } from '../support/config-error.ts';

const good = {
  issuer: 'https://idp.example',
  clientId: 'gateway',
  clientSecret: 'top-secret',
  audience: 'https://gateway.example/mcp',
};

const building = (options: unknown) => () => introspection(options as typeof good);

describe('config mistakes, each by its path', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, ''],
    ['a text', 'https://idp.example', ''],
    ['an option that is not known', { ...good, algorithms: [] }, 'algorithms'],
    ['neither issuer nor url', { ...good, issuer: undefined }, 'issuer'],
    ['an issuer that is no URL', { ...good, issuer: 'idp.example' }, 'issuer'],
    ['an issuer that is a URL object', { ...good, issuer: new URL(good.issuer) }, 'issuer'],
    ['an issuer without TLS', { ...good, issuer: 'http://idp.example' }, 'issuer'],
    [
      'an issuer that only begins as loopback',
      { ...good, issuer: 'http://127.0.0.1.example' },
      'issuer',
    ],
    ['an issuer with a query', { ...good, issuer: 'https://idp.example?a' }, 'issuer'],
    ['an issuer with a fragment', { ...good, issuer: 'https://idp.example#a' }, 'issuer'],
    ['an issuer with a password', { ...good, issuer: 'https://a:b@idp.example' }, 'issuer'],
    ['an issuer with a placeholder', { ...good, issuer: 'https://idp.example/{tenant}' }, 'issuer'],
    [
      'an empty issuer, with a url',
      { ...good, issuer: '', url: 'https://idp.example/i' },
      'issuer',
    ],
    [
      'an issuer of another kind, with a url',
      { ...good, issuer: 7, url: 'https://idp.example/i' },
      'issuer',
    ],
    ['a url that is no URL', { ...good, url: '/introspect' }, 'url'],
    ['a url without TLS', { ...good, url: 'http://idp.example/introspect' }, 'url'],
    ['a url to a private address', { ...good, url: 'http://10.0.0.1/introspect' }, 'url'],
    ['a url with a password', { ...good, url: 'https://a:b@idp.example/introspect' }, 'url'],
    ['a url with a fragment', { ...good, url: 'https://idp.example/introspect#a' }, 'url'],
    ['a url that is empty', { ...good, url: '' }, 'url'],
    ['no client', { ...good, clientId: undefined }, 'clientId'],
    ['an empty client', { ...good, clientId: '' }, 'clientId'],
    ['no secret', { ...good, clientSecret: undefined }, 'clientSecret'],
    ['an empty secret', { ...good, clientSecret: '' }, 'clientSecret'],
    ['a secret that cannot be encoded', { ...good, clientSecret: '\ud800' }, 'clientSecret'],
    ['no audience', { ...good, audience: undefined }, 'audience'],
    ['an empty audience', { ...good, audience: '' }, 'audience'],
    ['no audience in a list', { ...good, audience: [] }, 'audience'],
    ['audience: false', { ...good, audience: false }, 'audience'],
    ['a pattern for an audience', { ...good, audience: /mcp/ }, 'audience'],
    ['all of no audience', { ...good, audience: { allOf: [] } }, 'audience.allOf'],
    ['scopes in one text', { ...good, scopes: 'a b' }, 'scopes'],
    ['a scope that is none', { ...good, scopes: ['a b'] }, 'scopes[0]'],
    ['offline_access', { ...good, scopes: ['offline_access'] }, 'scopes'],
    ['cache: true', { ...good, cache: true }, 'cache'],
    ['cache: 0', { ...good, cache: 0 }, 'cache'],
    ['cache below zero', { ...good, cache: -1 }, 'cache'],
    ['cache without a unit', { ...good, cache: '60' }, 'cache'],
    ['cache that is not a number', { ...good, cache: Number.NaN }, 'cache'],
    ['cache: Infinity', { ...good, cache: Number.POSITIVE_INFINITY }, 'cache'],
    ['closeOnExpiry that is no flag', { ...good, closeOnExpiry: 'no' }, 'closeOnExpiry'],
  ])('%s', (_, options, path) => {
    expect(pathsOf(building(options))).toEqual([path]);
  });

  test('all mistakes at once', () => {
    expect(pathsOf(building({ url: 'x', cache: 'x', scope: 'a' }))).toEqual([
      'scope',
      'url',
      'clientId',
      'clientSecret',
      'audience',
      'cache',
    ]);
  });

  test.each([
    ['introspection_endpoint', 'url'],
    ['client_secret', 'clientSecret'],
    ['ttl', 'cache'],
    ['isuer', 'issuer'],
  ])('%s: says what was meant', (name, expected) => {
    expect(problemsOf(building({ ...good, [name]: 'x' }))[0]?.expected).toBe(expected);
  });

  test('no secret is in a message', () => {
    const secrets = {
      clientSecret: ['hidden-1'],
      url: 'https://a:hidden-2@idp.example',
      clientId: {},
    };
    const problems = problemsOf(building({ ...good, ...secrets }));
    expect(problems).toHaveLength(3);
    expect(JSON.stringify(problems)).not.toContain('hidden');
  });
});

test.each<[string, object]>([
  ['an issuer alone', {}],
  ['an issuer on this machine', { issuer: 'http://localhost:8080/realms/a' }],
  ['a url alone', { issuer: undefined, url: 'https://idp.example/introspect?tenant=a' }],
  ['a url on this machine', { issuer: undefined, url: new URL('http://[::1]:8080/') }],
  ['both', { url: 'https://idp.example/introspect' }],
  ['an issuer that is no URL, with a url', { issuer: 'idp', url: 'https://idp.example/i' }],
  [
    'an issuer elsewhere without TLS, with a url',
    { issuer: 'http://a.example', url: 'https://b.example' },
  ],
  ['cache: false', { cache: false }],
  ['cache in milliseconds', { cache: 500 }],
  ['every form of an audience', { audience: { claim: 'client_id', anyOf: ['a'] } }],
])('taken: %s', (_, options) => {
  expect(pathsOf(building({ ...good, ...options }))).toEqual([]);
});

describe('clients have to be told where to log in', () => {
  const auth = introspection(good);
  const alone = introspection({
    ...good,
    issuer: undefined,
    url: 'https://idp.example/i',
  } as object as typeof good);
  const target = 'https://server.example/mcp';

  test('with an issuer, publicUrl is needed; with a url alone, nobody can be told', () => {
    expect(pathsOf(() => createMcpGateway({ target, auth }))).toEqual(['publicUrl']);
    expect(pathsOf(() => requireAuth(auth))).toEqual(['publicUrl']);
    expect(pathsOf(() => createMcpGateway({ target, auth: alone }))).toEqual([]);
  });
});
