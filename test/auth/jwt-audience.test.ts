import { describe, expect, test } from '@jest/globals';
import type { TokenAudience } from '../../src/slots/auth/claims/audience.ts';
import { gate } from '../support/jwt/gate.ts';
import { keyServer, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');

const ANOTHER = { outcome: 'refused', description: 'The token is for another audience' };

const URL_CLAIM = 'https://acme.example/for';

async function present(audience: TokenAudience, claims: Record<string, unknown>) {
  const own = await gate(await keyServer(key), { audience });
  return own.present(await own.good(key, { aud: undefined, ...claims }));
}

const BOTH = { allOf: ['one', 'two'] };
const EITHER = { anyOf: ['one', 'two'] };
const CLIENT = { claim: 'client_id', anyOf: ['app-1', 'app-2'] };

describe('accepted', () => {
  test.each<[string, TokenAudience, Record<string, unknown>]>([
    ['all of them', BOTH, { aud: ['two', 'one'] }],
    ['all of them among others', BOTH, { aud: ['zero', 'one', 'two', 7] }],
    ['the only one of all', { allOf: ['one'] }, { aud: 'one' }],
    ['one of them', EITHER, { aud: 'two' }],
    ['one of them in a list', EITHER, { aud: ['zero', 'one'] }],
    ['another claim', CLIENT, { client_id: 'app-2' }],
    ['another claim, whatever aud says', CLIENT, { client_id: 'app-1', aud: 'else' }],
    ['another claim as a list', CLIENT, { client_id: ['app-0', 'app-1'] }],
    ['a claim whose name is a URL', { claim: URL_CLAIM, anyOf: ['one'] }, { [URL_CLAIM]: ['one'] }],
    ['all of another claim', { claim: URL_CLAIM, allOf: ['a', 'b'] }, { [URL_CLAIM]: ['b', 'a'] }],
    ['aud by its name', { claim: 'aud', anyOf: ['one'] }, { aud: 'one' }],
    ['a claim whose name has dots, as it is', { claim: 'a.b', anyOf: ['one'] }, { 'a.b': 'one' }],
  ])('%s', async (_what, audience, claims) => {
    expect(await present(audience, claims)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('refused', () => {
  test.each<[string, TokenAudience, Record<string, unknown>]>([
    ['one of all', BOTH, { aud: ['one'] }],
    ['one of all, as a text', BOTH, { aud: 'one' }],
    ['all of them in one text', BOTH, { aud: 'one two' }],
    ['one of all, twice', BOTH, { aud: ['one', 'one'] }],
    ['no aud, where all are needed', BOTH, {}],
    ['an empty list, where all are needed', BOTH, { aud: [] }],
    ['none of any', EITHER, { aud: ['three'] }],
    ['no aud, where any will do', EITHER, {}],
    ['an object', EITHER, { aud: { one: true, two: true, length: 2, 0: 'one' } }],
    ['a list in a list', EITHER, { aud: [['one']] }],
    ['aud, where another claim takes its place', CLIENT, { aud: 'app-1' }],
    ['another client', CLIENT, { client_id: 'app-3' }],
    ['a client in capitals', CLIENT, { client_id: 'APP-1' }],
    ['a client that is a number', { claim: 'client_id', anyOf: ['7'] }, { client_id: 7 }],
    ['a client that is null', CLIENT, { client_id: null }],
    ['what every object has', { claim: 'constructor', anyOf: ['Object'] }, {}],
    ['a path into a claim', { claim: 'a.b', anyOf: ['one'] }, { a: { b: 'one' } }],
  ])('%s', async (_what, audience, claims) => {
    expect(await present(audience, claims)).toEqual(ANOTHER);
  });
});

test('a token for somebody else makes nobody ask the key server for newer keys', async () => {
  const keys = await keyServer(key);
  const own = await gate(keys, { audience: CLIENT });
  const unknown = await signingKey('key-2');
  await own.present(await own.good(key, { client_id: 'app-1' }));
  const before = keys.requests.length;
  own.clock.pass(60_000);
  await own.present(await own.good(unknown, { client_id: 'else', aud: 'app-1' }));
  expect(keys.requests.length).toBe(before);
  await own.present(await own.good(unknown, { client_id: 'app-1' }));
  expect(keys.requests.length).toBe(before + 1);
});
