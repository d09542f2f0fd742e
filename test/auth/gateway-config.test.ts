import { describe, expect, test } from '@jest/globals';
import {
  apiKey,
  createMcpGateway,
  fromMiddleware,
  type GatewayConfig,
  type JwtOptions,
  jwt,
  requireAuth,
  requireScopes,
  upstreamAuth,
} from '../../src/index.ts';
import { pathsOf } from '../support/config-error.ts';

const TOKENS = jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' });
const KEYS = apiKey({ keys: [{ sha256: 'a'.repeat(64), subject: 'ci' }] });
const PUBLIC = { publicUrl: 'https://gateway.example/mcp' };

const mistakes = (config: object) =>
  pathsOf(() => createMcpGateway({ target: 'http://127.0.0.1:1', ...config } as GatewayConfig));

describe('a mistake in the configuration names the option', () => {
  test.each<[string, object, string[]]>([
    ['no authenticator', { auth: {} }, ['auth']],
    ['true', { auth: true }, ['auth']],
    ['an empty list', { auth: [] }, ['auth']],
    [
      'one that is none in a list',
      { ...PUBLIC, auth: [TOKENS, null, KEYS, 'jwt'] },
      ['auth[1]', 'auth[3]'],
    ],
    ['the factory instead of what it makes', { auth: { issuer: 'https://idp.example' } }, ['auth']],
    [
      'one of your own without lists, or with a header that is none',
      {
        auth: [
          { identify: async () => ({ outcome: 'absent' }) },
          { ...KEYS, issuers: 'https://idp.example' },
          { ...KEYS, scopes: [5] },
          { ...KEYS, header: 5 },
          { ...KEYS, header: undefined },
        ],
      },
      ['auth[0]', 'auth[1]', 'auth[2]', 'auth[3]'],
    ],
    ['jwt without publicUrl', { auth: TOKENS }, ['publicUrl']],
    ['jwt with publicUrl: false', { auth: [KEYS, TOKENS], publicUrl: false }, ['publicUrl']],
    ['upstreamAuth without publicUrl', { auth: upstreamAuth() }, ['publicUrl']],
    ['upstreamAuth and another', { ...PUBLIC, auth: [upstreamAuth(), KEYS] }, ['auth']],
    ['upstreamAuth twice', { ...PUBLIC, auth: [upstreamAuth(), upstreamAuth()] }, ['auth']],
    [
      'forward: Authorization',
      { ...PUBLIC, auth: TOKENS, headers: { forward: ['Authorization'] } },
      ['headers.forward'],
    ],
    [
      'in another case',
      { ...PUBLIC, auth: TOKENS, headers: { forward: ['X-A', 'AUTHORIZATION'] } },
      ['headers.forward'],
    ],
    [
      'forward: X-Api-Key',
      { auth: KEYS, headers: { forward: ['x-api-key'] } },
      ['headers.forward'],
    ],
    [
      'Authorization with a middleware that reads it',
      {
        auth: fromMiddleware(
          () => {},
          () => null,
        ),
        headers: { forward: ['authorization'] },
      },
      ['headers.forward'],
    ],
    ['sessions without auth', { sessions: 'bind' }, ['sessions']],
    ['sessions with auth: false', { auth: false, sessions: {} }, ['sessions']],
    [
      'sessions with upstreamAuth',
      { ...PUBLIC, auth: upstreamAuth(), sessions: 'bind' },
      ['sessions'],
    ],
    ['sessions: true', { auth: KEYS, sessions: true }, ['sessions']],
    ['sessions of another word', { auth: KEYS, sessions: 'bound' }, ['sessions']],
    ['a ttl that is none', { auth: KEYS, sessions: { ttl: 'long' } }, ['sessions.ttl']],
    ['a ttl of nothing', { auth: KEYS, sessions: { ttl: 0 } }, ['sessions.ttl']],
    ['no room', { auth: KEYS, sessions: { max: 0 } }, ['sessions.max']],
    ['room for a half', { auth: KEYS, sessions: { max: 1.5 } }, ['sessions.max']],
    [
      'half a store',
      { auth: KEYS, sessions: { store: { get() {}, add() {} } } },
      ['sessions.store'],
    ],
    ['no store', { auth: KEYS, sessions: { store: null } }, ['sessions.store']],
    ['a misspelt option', { auth: KEYS, sessions: { maximum: 3 } }, ['sessions.maximum']],
    [
      'several',
      { auth: 7, sessions: { ttl: 'x', max: -1 } },
      ['auth', 'sessions.max', 'sessions.ttl', 'sessions'],
    ],
  ])('%s', (_, config, paths) => {
    expect(new Set(mistakes(config))).toEqual(new Set(paths));
  });

  test('what is no mistake', () => {
    expect(mistakes({ ...PUBLIC, auth: [TOKENS, KEYS, () => null] })).toEqual([]);
    expect(mistakes({ auth: KEYS, sessions: false, publicUrl: false })).toEqual([]);
    expect(mistakes({ auth: KEYS, headers: { forward: ['X-Tenant', 'X-*', '*'] } })).toEqual([]);
    const relayed = { ...PUBLIC, auth: upstreamAuth(), headers: { forward: ['Cookie'] } };
    expect(mistakes(relayed)).toEqual([]);
    expect(mistakes({ auth: false, headers: { forward: ['Authorization'] } })).toEqual([]);
    expect(mistakes({ ...PUBLIC, auth: TOKENS, headers: { set: { Authorization: 'a' } } })).toEqual(
      [],
    );
  });
});

test.each<[string, unknown, unknown, string[]]>([
  ['nothing', undefined, undefined, ['authenticator']],
  ['an empty list', [], undefined, ['authenticator']],
  ['jwt without publicUrl', TOKENS, {}, ['publicUrl']],
  ['no URL', KEYS, { publicUrl: 'gateway' }, ['publicUrl']],
  ['a misspelt option', KEYS, { publicURL: 'https://a.example' }, ['publicURL']],
  ['options that are none', KEYS, 'https://a.example', ['']],
])('requireAuth: %s', (_, authenticator, options, paths) => {
  expect(pathsOf(() => requireAuth(authenticator as never, options as never))).toEqual(paths);
});

test.each<[string, unknown, string[]]>([
  ['nothing', undefined, ['']],
  ['no list', { a: 'x' }, ['a']],
  ['an empty list', { 'a.*': [] }, ['a.*']],
  ['a scope with a blank', { a: ['b', 'c d'] }, ['a[1]']],
  ['a scope with a quote', { a: ['"'] }, ['a[0]']],
])('requireScopes: %s', (_, scopes, paths) => {
  expect(pathsOf(() => requireScopes(scopes as never))).toEqual(paths);
});

test('a scope that is no business of a resource is a config error', () => {
  const options: JwtOptions = {
    issuer: 'https://idp.example',
    audience: 'a',
    scopes: ['mcp', 'offline_access'],
  };
  expect(pathsOf(() => jwt(options))).toEqual(['scopes']);
});

test.each([
  ['the authenticator', () => fromMiddleware(undefined as never, () => null), ['middleware']],
  ['what finds the principal', () => fromMiddleware(() => {}, undefined as never), ['toPrincipal']],
])('fromMiddleware without %s', (_, build, paths) => {
  expect(pathsOf(build)).toEqual(paths);
});
