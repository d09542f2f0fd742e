import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { exportJWK, generateSecret, type JSONWebKeySet } from 'jose';
import { type JwtOptions, jwt } from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';
import { AUDIENCE, gate } from '../support/jwt/gate.ts';
import { keyServer, type SigningKey, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');
const other = await signingKey('key-2');
const unnamed = await signingKey(undefined);
const rsa = await signingKey('rsa', 'RS256');

const nameless = await signingKey(undefined);
const curve = await signingKey('curve', 'ES384');
const secret = await exportJWK(await generateSecret('HS256', { extractable: true }));
const privateKey = { ...key.jwk, ...(await exportJWK(key.privateKey)) };
const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
  format: 'jwk',
});

const ISSUER = 'https://idp.example';

const setOf = (...keys: SigningKey[]): JSONWebKeySet => ({ keys: keys.map(({ jwk }) => jwk) });

const behind = (keys: unknown, options: Partial<JwtOptions> = {}) =>
  gate({ issuer: ISSUER }, { keys: keys as JSONWebKeySet, ...options });

async function outcome(keys: unknown, signer: SigningKey, header: Record<string, unknown> = {}) {
  const own = await behind(keys);
  return (await own.present(await own.good(signer, {}, header))).outcome;
}

describe('keys that were written by hand', () => {
  test('nothing is fetched, whatever token comes, and whenever', async () => {
    const server = await keyServer(other);
    const own = await gate({ issuer: server.issuer }, { keys: setOf(key) });
    for (const signer of [key, other, unnamed, await signingKey('key-1')]) {
      await own.present(await own.good(signer));
      own.clock.pass(25 * 3_600_000);
    }
    expect((await own.present(await own.good(key))).outcome).toBe('accepted');
    expect((await own.present(await own.good(other))).outcome).toBe('refused');
    expect(server.requests).toEqual([]);
  });

  test.each<[string, JSONWebKeySet, SigningKey, Record<string, unknown>, string]>([
    ['the key that the token names', setOf(other, key), key, {}, 'accepted'],
    ['another than the token names', setOf(key, other), key, { kid: 'key-2' }, 'refused'],
    ['a name that no key has', setOf(key, other), key, { kid: 'key-3' }, 'refused'],
    ['no name in the token', setOf(other, key), key, { kid: undefined }, 'accepted'],
    ['no name in the key', setOf(unnamed), unnamed, { kid: 'key-1' }, 'accepted'],
    ['no name in the key, beside others', setOf(key, unnamed), unnamed, { kid: 'x' }, 'accepted'],
    ['no name in several keys', setOf(nameless, unnamed), unnamed, { kid: 'x' }, 'accepted'],
    ['no name at all', setOf(unnamed), unnamed, {}, 'accepted'],
    ['no name in a key of somebody else', setOf(unnamed), key, {}, 'refused'],
    ['a key of another kind', setOf(key, rsa), rsa, {}, 'accepted'],
  ])('%s', async (_what, keys, signer, header, expected) => {
    expect(await outcome(keys, signer, header)).toBe(expected);
  });

  test('two keys of one name: each may be the one', async () => {
    const twin = await signingKey('key-1');
    for (const signer of [key, twin])
      expect(await outcome(setOf(key, twin), signer)).toBe('accepted');
    expect(await outcome(setOf(key, twin), await signingKey('key-1'))).toBe('refused');
  });

  test.each<[string, object]>([
    ['no algorithm', { alg: undefined }],
    ['a certificate beside it', { x5c: ['MIIB'], x5t: 'abc' }],
    ['members that are null', { d: null, k: null, use: null, key_ops: null, alg: null, kid: null }],
    ['what it is for', { key_ops: ['verify'], use: 'sig' }],
  ])('taken: a key with %s', async (_what, members) => {
    expect(await outcome({ keys: [{ ...key.jwk, ...members }] }, key)).toBe('accepted');
  });

  test('changing the object later changes nothing', async () => {
    const keys = setOf(key);
    const own = await behind(keys);
    keys.keys[0] = other.jwk;
    keys.keys.push(other.jwk);
    expect((await own.present(await own.good(key))).outcome).toBe('accepted');
    expect((await own.present(await own.good(other))).outcome).toBe('refused');
  });

  test('a text that is no URL may be the issuer; clients are not told of it', async () => {
    const own = await gate({ issuer: 'accounts.example' }, { keys: setOf(key) });
    expect((await own.present(await own.good(key))).outcome).toBe('accepted');
    expect(
      (await own.present(await own.good(key, { iss: 'https://accounts.example' }))).outcome,
    ).toBe('refused');
    const scheme = jwt({ issuer: 'accounts.example', audience: AUDIENCE, keys: setOf(key) });
    expect(scheme.issuers).toEqual([]);
  });
});

describe('config mistakes', () => {
  const problems = (keys: unknown, options: object = {}) =>
    problemsOf(() =>
      jwt({ issuer: ISSUER, audience: AUDIENCE, keys, ...options } as unknown as JwtOptions),
    );

  test.each<[string, unknown, string, RegExp]>([
    ['null', null, 'keys', /^a JWK Set/],
    ['false', false, 'keys', /^a JWK Set/],
    ['a URL', 'https://idp.example/keys', 'keys', /^a JWK Set/],
    ['a list', [key.jwk], 'keys', /^a JWK Set/],
    ['one key', key.jwk, 'keys', /^a JWK Set/],
    ['no key', { keys: [] }, 'keys', /^a JWK Set/],
    ['more keys than anybody has', { keys: Array(101).fill(key.jwk) }, 'keys', /^a JWK Set/],
    ['a hole', { keys: Array(1) }, 'keys.keys[0]', /is no object$/],
    ['a text', { keys: ['-----BEGIN PUBLIC KEY-----'] }, 'keys.keys[0]', /is no object$/],
    ['a symmetric key', { keys: [key.jwk, secret] }, 'keys.keys[1]', /has a kty other than RSA/],
    ['a private key', { keys: [privateKey] }, 'keys.keys[0]', /holds the private member d$/],
    ['a key of another use', { keys: [{ ...key.jwk, use: 'enc' }] }, 'keys.keys[0]', /has a use/],
    [
      'a key to sign with',
      { keys: [{ ...key.jwk, key_ops: ['sign'] }] },
      'keys.keys[0]',
      /key_ops/,
    ],
    [
      'an algorithm of none',
      { keys: [{ ...key.jwk, alg: 'none' }] },
      'keys.keys[0]',
      /none of the algorithms$/,
    ],
    [
      'an algorithm that is not asked for',
      { keys: [{ ...rsa.jwk, alg: 'RS512' }] },
      'keys.keys[0]',
      /none of the algorithms$/,
    ],
    [
      'a curve that is not asked for',
      { keys: [curve.jwk] },
      'keys.keys[0]',
      /none of the algorithms$/,
    ],
    [
      'an RSA key for another algorithm',
      { keys: [{ ...rsa.jwk, alg: 'ES256' }] },
      'keys.keys[0]',
      /none of the algorithms$/,
    ],
    [
      'a key without its parts',
      { keys: [{ ...key.jwk, y: undefined }] },
      'keys.keys[0]',
      /member y$/,
    ],
    [
      'a point off the curve',
      { keys: [{ ...key.jwk, y: key.jwk.x }] },
      'keys.keys[0]',
      /cannot be read$/,
    ],
    ['an exponent of one', { keys: [{ ...rsa.jwk, e: 'AQ' }] }, 'keys.keys[0]', /exponent 1$/],
    ['a short RSA key', { keys: [short] }, 'keys.keys[0]', /shorter than 2048 bits$/],
    [
      'a name that is a number',
      { keys: [{ ...key.jwk, kid: 7 }] },
      'keys.keys[0]',
      /kid that is no text$/,
    ],
  ])('%s', (_what, keys, path, expected) => {
    const found = problems(keys);
    expect(found).toMatchObject([{ path, expected: expect.stringMatching(expected) }]);
    // Nothing of a key is shown, be it private or not.
    const values = [privateKey.d, secret.k, key.jwk.x, 'BEGIN'];
    for (const value of values) expect(JSON.stringify(found)).not.toContain(value);
  });

  test('keys by hand and keys from a URL', () => {
    const found = problems(setOf(key), { jwksUri: 'https://idp.example/keys' });
    expect(found).toMatchObject([{ path: 'keys', expected: 'either keys or jwksUri' }]);
  });

  test('all of them at once', () => {
    const paths = problems({ keys: [secret, key.jwk, privateKey] }).map(({ path }) => path);
    expect(paths).toEqual(['keys.keys[0]', 'keys.keys[2]']);
  });

  test.each([
    ['jwks', /^use keys, or jwksUri/],
    ['jwk', /^use keys: /],
  ])('what is meant by %s', (name, expected) => {
    const found = problems(undefined, { keys: setOf(key), [name]: 'x' });
    expect(found).toMatchObject([{ path: name, expected: expect.stringMatching(expected) }]);
  });
});
