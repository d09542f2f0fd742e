import { describe, expect, test } from '@jest/globals';
import { gate, outcomeOf } from '../support/jwt/gate.ts';
import { json, keyServer, type SigningKey, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');
const rsa = await signingKey('key-1', 'RS256');
const unnamed = await signingKey(undefined);

async function found(own: SigningKey, members: object) {
  const keys = await keyServer();
  keys.answer = json({ keys: [{ ...own.jwk, ...members }] });
  const asked = await gate(keys);
  return asked.present(await asked.good(own));
}

const NO_PRIVATE = { d: null, p: null, q: null, dp: null, dq: null, qi: null, oth: null, k: null };
const NO_METADATA = { alg: null, use: null, key_ops: null, ext: null, x5c: null, x5t: null };

describe('a member of a key that is null is absent', () => {
  test.each<[string, SigningKey, object]>([
    ['private members', key, NO_PRIVATE],
    ['private members of RSA, and those of a curve', rsa, { ...NO_PRIVATE, crv: null, x: null }],
    ['what a key is for', key, NO_METADATA],
    ['all at once', rsa, { ...NO_PRIVATE, ...NO_METADATA, 'x5t#S256': null, x5u: null }],
    ['kid', unnamed, { kid: null }],
  ])('%s', async (_, own, members) => {
    expect((await found(own, members)).outcome).toBe('accepted');
  });

  test('two keys without a name: each may be the one', async () => {
    const keys = await keyServer();
    const other = await signingKey(undefined);
    keys.answer = json({ keys: [other, unnamed].map(({ jwk }) => ({ ...jwk, kid: null })) });
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(unnamed))).toBe('accepted');
  });
});

describe('a key that is left out: the failure says why', () => {
  test.each<[string, object, string]>([
    ['d', { d: 'AAAA' }, 'holds the private member d'],
    ['an empty d', { d: '' }, 'holds the private member d'],
    ['oth as a list', { d: null, oth: [] }, 'holds the private member oth'],
    ['k that is false', { k: false }, 'holds the private member k'],
    ['another kind', { kty: 'oct' }, 'has a kty other than RSA, EC, OKP'],
    ['no kind', { kty: null }, 'has a kty other than RSA, EC, OKP'],
  ])('%s', async (_, members, why) => {
    expect(await found(key, members)).toMatchObject({
      outcome: 'unavailable',
      cause: { cause: { message: `The key server answered no public key: keys[0] ${why}` } },
    });
  });

  test.each<[string, SigningKey, object, string]>([
    ['RSA without n', rsa, { n: null }, 'n'],
    ['RSA with n as a number', rsa, { n: 65_537 }, 'n'],
    ['RSA without e', rsa, { e: undefined }, 'e'],
    ['RSA with an empty e', rsa, { e: '' }, 'e'],
    ['EC without a curve', key, { crv: null }, 'crv'],
    ['EC with x as a list', key, { x: ['AQAB'] }, 'x'],
    ['EC without y', key, { y: undefined }, 'y'],
    ['OKP without x', key, { kty: 'OKP', crv: 'Ed25519', x: null }, 'x'],
  ])('%s', async (_, own, members, name) => {
    expect(await found(own, members)).toMatchObject({
      outcome: 'unavailable',
      cause: { cause: { message: expect.stringContaining(`has no text in the member ${name}`) } },
    });
  });

  test('it takes nothing from a good one beside it', async () => {
    const keys = await keyServer();
    keys.answer = json({ keys: [{ ...key.jwk, x: null }, { ...rsa.jwk, n: null }, key.jwk] });
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
  });

  test('RSA with the exponent 1, what is no object, and no more than five of them', async () => {
    const keys = await keyServer();
    keys.answer = json({ keys: [{ ...rsa.jwk, e: 'AQ' }, null, ...Array(50).fill('key')] });
    const own = await gate(keys);
    const told = [
      'The key server answered no public key: keys[0] has the exponent 1',
      ...[1, 2, 3, 4].map((n) => `keys[${n}] is no object`),
    ].join(', ');
    expect(await own.present(await own.good(rsa))).toMatchObject({
      cause: { cause: { message: told } },
    });
  });
});

test.each<[string, object]>([
  ['use', { use: '' }],
  ['use of another kind', { use: 'enc' }],
  ['alg', { alg: '' }],
  ['key_ops', { key_ops: [] }],
  ['kid', { kid: '' }],
])('a member that is there counts, even an empty one: %s', async (_, members) => {
  expect((await found(key, members)).outcome).toBe('refused');
});
