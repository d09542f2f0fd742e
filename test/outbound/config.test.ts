import { describe, expect, test } from '@jest/globals';
import { clientCredentials } from '../../src/upstream-tokens/client-credentials.ts';
import { tokenExchange } from '../../src/upstream-tokens/token-exchange.ts';
import { configErrorOf, pathsOf } from '../support/config-error.ts';

const GOOD = {
  tokenUrl: 'https://idp.example/token',
  clientId: 'gateway',
  clientSecret: 'hidden-s3cret',
};

const FACTORIES = [
  ['clientCredentials', clientCredentials],
  ['tokenExchange', tokenExchange],
] as const;

describe.each(FACTORIES)('%s refuses at construction', (_name, factory) => {
  const build = factory as (options: unknown) => unknown;

  const MISTAKES: [what: string, options: object, path: string][] = [
    ['no URL', { tokenUrl: undefined }, 'tokenUrl'],
    ['a URL that is none', { tokenUrl: 'idp.example/hidden-s3cret' }, 'tokenUrl'],
    ['http', { tokenUrl: 'http://idp.example/token' }, 'tokenUrl'],
    [
      'a name that only begins like loopback',
      { tokenUrl: 'http://127.0.0.1.evil.example/' },
      'tokenUrl',
    ],
    ['another protocol', { tokenUrl: 'file:///token' }, 'tokenUrl'],
    ['credentials in the URL', { tokenUrl: 'https://u:hidden-s3cret@idp.example/' }, 'tokenUrl'],
    ['a fragment', { tokenUrl: 'https://idp.example/#hidden-s3cret' }, 'tokenUrl'],
    ['no client', { clientId: undefined }, 'clientId'],
    ['an empty client', { clientId: '' }, 'clientId'],
    ['a secret that is not in the environment', { clientSecret: undefined }, 'clientSecret'],
    ['an empty secret', { clientSecret: '' }, 'clientSecret'],
    ['half a character', { clientSecret: 'hidden-s3cret\ud800' }, 'clientSecret'],
    ['a secret in a box', { clientSecret: { value: 'hidden-s3cret' } }, 'clientSecret'],
    ['a list of scopes', { scope: ['a', 'b'] }, 'scope'],
    ['an empty scope', { scope: '' }, 'scope'],
    ['scopes with a comma and two blanks', { scope: 'a,  b' }, 'scope'],
    ['an empty audience', { audience: '' }, 'audience[0]'],
    ['null for an audience', { audience: ['a', null] }, 'audience[1]'],
    ['a resource that is no URL', { resource: 'mcp' }, 'resource[0]'],
    ['a resource with a fragment', { resource: ['https://a.example/#b'] }, 'resource[0]'],
    ['another way to prove itself', { authMethod: 'none' }, 'authMethod'],
    ['a way that every object has', { authMethod: 'toString' }, 'authMethod'],
    ['no time', { timeout: 0 }, 'timeout'],
    ['time without end', { timeout: false }, 'timeout'],
    ['an option of another name', { client_secret: 'hidden-s3cret' }, 'client_secret'],
  ];

  test.each(MISTAKES)('%s', (_what, options, path) => {
    const error = configErrorOf(() => build({ ...GOOD, ...options }));
    expect(error?.problems.map((problem) => problem.path)).toEqual([path]);
    expect(error?.message).not.toContain('hidden-s3cret');
  });

  test.each([[undefined], [null], ['https://idp.example'], [[]]])('%p for options', (options) => {
    expect(pathsOf(() => build(options))).toEqual(['']);
  });

  test('all mistakes at once', () => {
    expect(pathsOf(() => build({ scope: '' }))).toEqual([
      'tokenUrl',
      'clientId',
      'clientSecret',
      'scope',
    ]);
  });

  test.each([
    'http://localhost:1/token',
    'http://127.1/',
    'http://[::1]:1/',
    'https://a.example/?b=c',
  ])('but not %s', (tokenUrl) => {
    expect(build({ ...GOOD, tokenUrl })).toBeInstanceOf(Function);
    expect(build({ ...GOOD, tokenUrl: new URL(tokenUrl) })).toBeInstanceOf(Function);
  });
});

describe('tokenExchange refuses', () => {
  test.each([
    ['a type that is no URI', { subjectTokenType: 'jwt' }, 'subjectTokenType'],
    ['null for a type', { requestedTokenType: null }, 'requestedTokenType'],
    ['no tokens', { maxTokens: 0 }, 'maxTokens'],
    ['a number of tokens that is a text', { maxTokens: '5' }, 'maxTokens'],
    ['half a token', { maxTokens: 1.5 }, 'maxTokens'],
  ])('%s', (_what, options, path) => {
    expect(pathsOf(() => tokenExchange({ ...GOOD, ...options } as never))).toEqual([path]);
  });
});
