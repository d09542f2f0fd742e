import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { type CryptoKey, EncryptJWT, exportSPKI, importJWK, SignJWT } from 'jose';
import { AUDIENCE, type Gate, gate } from '../support/jwt/gate.ts';
import { json, type KeyServer, keyServer, sign, signingKey } from '../support/jwt/issuer.ts';

const rsa = await signingKey('rsa', 'RS256');
const ec = await signingKey('ec', 'ES256');
const attackers = await signingKey('ec', 'ES256');

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What each of them must come to; and nothing of the token may be in it. */
async function expectRefused(own: Gate, token: string): Promise<void> {
  const found = await own.present(token);
  expect(found.outcome).toBe('refused');
  const told = inspect(found, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  for (const part of token.split('.')) if (part !== '') expect(told).not.toContain(part);
  expect(told).not.toContain('alice');
}

async function start(): Promise<{ own: Gate; keys: KeyServer }> {
  const keys = await keyServer(rsa, ec);
  return { own: await gate(keys), keys };
}

describe("the algorithm is not the token's to choose (CVE-2015-9235, CVE-2026-22817)", () => {
  test.each(['none', 'None', 'nOnE', 'NONE', ''])('alg %j', async (alg) => {
    const { own } = await start();
    const [, claims] = (await own.good(ec)).split('.');
    await expectRefused(own, `${base64({ alg, kid: 'ec' })}.${claims}.`);
    await expectRefused(own, `${base64({ alg, kid: 'ec' })}.${claims}.AAAA`);
  });

  test.each<[string, () => Promise<string | Buffer>]>([
    ['PEM', async () => exportSPKI((await importJWK(rsa.jwk, 'RS256')) as CryptoKey)],
    ['JWK', async () => JSON.stringify(rsa.jwk)],
    ['modulus', async () => Buffer.from(String(rsa.jwk.n), 'base64url')],
    ['nothing', async () => ''],
  ])('HS256 with the public key as the secret: its %s', async (_form, secret) => {
    const { own } = await start();
    const [, claims] = (await own.good(rsa)).split('.');
    const signed = `${base64({ alg: 'HS256', kid: 'rsa' })}.${claims}`;
    const mac = createHmac('sha256', await secret())
      .update(signed)
      .digest('base64url');
    await expectRefused(own, `${signed}.${mac}`);
  });

  test('RS256 with an elliptic key, and the other way round', async () => {
    const { own } = await start();
    await expectRefused(own, await own.good(ec, {}, { kid: 'rsa' }));
    await expectRefused(own, await own.good(rsa, {}, { kid: 'ec' }));
  });
});

test.each([
  ['r = s = 0', Buffer.alloc(64)],
  [
    'r = s = n',
    Buffer.from(
      'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2),
      'hex',
    ),
  ],
  ['half of it', Buffer.alloc(32)],
])('psychic signatures (CVE-2022-21449): %s', async (_what, signature) => {
  const { own } = await start();
  const [header, claims] = (await own.good(ec)).split('.');
  await expectRefused(own, `${header}.${claims}.${signature.toString('base64url')}`);
});

describe('keys come from the configured place only', () => {
  test('what the header says about keys is not followed: the canary stays silent', async () => {
    const { own } = await start();
    const canary = await keyServer(attackers);
    const uri = canary.jwksUri;
    const { kid: _kid, ...jwk } = attackers.jwk;
    for (const header of [
      { jku: uri },
      { x5u: uri },
      { jku: uri, kid: 'unknown' },
      { jwk },
      { jwk, kid: undefined },
      { x5c: ['MIIB'] },
      { kid: uri },
    ]) {
      await expectRefused(own, await own.good(attackers, {}, header));
    }
    expect(canary.requests).toEqual([]);
  });

  test('nor is what a key in the set says about keys', async () => {
    const canary = await keyServer(attackers);
    const keys = await keyServer();
    keys.answer = json({ keys: [{ ...ec.jwk, x5u: canary.jwksUri, jku: canary.jwksUri }] });
    const own = await gate(keys);
    await expectRefused(own, await own.good(attackers));
    expect(await own.present(await own.good(ec))).toMatchObject({ outcome: 'accepted' });
    expect(canary.requests).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['a path', '../../../../dev/null'],
    ['a statement', "' UNION SELECT 'key'; --"],
    ['a command', '| sleep 5'],
    ['a property of every object', '__proto__'],
    ['another', 'constructor'],
    ['a number', 0],
    ['an object', { toString: 'ec' }],
    ['a list of one', ['ec']],
    ['null', null],
    ['something long', 'k'.repeat(4000)],
  ])('kid: %s', async (_what, kid) => {
    const { own } = await start();
    await expectRefused(own, await own.good(attackers, {}, { kid }));
  });

  test('a key that everybody can sign with is no key', async () => {
    const secret = Buffer.alloc(32, 7);
    const leaked = await signingKey('leaked', 'ES256');
    const keys = await keyServer();
    const { d } = (await crypto.subtle.exportKey('jwk', leaked.privateKey)) as { d?: string };
    expect(d).toBeDefined();
    const symmetric = { kty: 'oct', kid: 'oct', k: secret.toString('base64url') };
    const exponentOne = { ...rsa.jwk, kid: 'one', e: 'AQ' };
    keys.answer = json({ keys: [symmetric, { ...leaked.jwk, d }, exponentOne, ec.jwk] });
    const own = await gate(keys);
    const claims = { iss: keys.issuer, aud: AUDIENCE, sub: 'alice', exp: own.clock.in(3600) };
    await expectRefused(own, await own.good(leaked));
    await expectRefused(
      own,
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'oct' }).sign(secret),
    );
    await expectRefused(own, await own.good(rsa, {}, { kid: 'one' }));
    expect(await own.present(await own.good(ec))).toMatchObject({ outcome: 'accepted' });
  });
});

describe('critical extensions are not understood', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an unknown one', { crit: ['pay'], pay: true }],
    ['unencoded payloads', { crit: ['b64'], b64: true }],
    ['none', { crit: [] }],
    ['not a list', { crit: 'exp' }],
    ['null', { crit: null }],
  ])('%s', async (_what, header) => {
    const { own } = await start();
    const [, claims, signature] = (await own.good(ec)).split('.');
    const token = `${base64({ alg: 'ES256', kid: 'ec', ...header })}.${claims}.${signature}`;
    await expectRefused(own, token);
    expect(await own.present(token)).toMatchObject({
      description: 'The token asks for an extension that is not supported',
    });
  });
});

describe('signed compact tokens only', () => {
  test.each<[string, Parameters<EncryptJWT['setProtectedHeader']>[0], Uint8Array]>([
    ['encrypted', { alg: 'dir', enc: 'A256GCM' }, Buffer.alloc(32, 1)],
    ['encrypted by password', { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM' }, Buffer.from('secret')],
  ])('%s (CVE-2022-36083, CVE-2024-28176)', async (_what, header, secret) => {
    const { own, keys } = await start();
    await expectRefused(
      own,
      await new EncryptJWT({ sub: 'alice' }).setProtectedHeader(header).encrypt(secret),
    );
    expect(keys.requests).toEqual([]);
  });

  test.each<[string, (parts: [string, string, string]) => string]>([
    ['two parts', ([h, p]) => `${h}.${p}`],
    ['no signature', ([h, p]) => `${h}.${p}.`],
    ['four parts', ([h, p, s]) => `${h}.${p}.${s}.${s}`],
    ['no header', ([, p, s]) => `.${p}.${s}`],
    ['a header that is no JSON', ([, p, s]) => `AAAA.${p}.${s}`],
    ['a header that is a list', ([, p, s]) => `${base64(['ES256'])}.${p}.${s}`],
    ['a header that is null', ([, p, s]) => `${base64(null)}.${p}.${s}`],
    ['an opaque token', () => 'gho_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['claims of somebody else', ([h, , s]) => `${h}.${base64({ sub: 'root' })}.${s}`],
    ['another signature', ([h, p, s]) => `${h}.${p}.${s.split('').reverse().join('')}`],
    ['a signature cut short', ([h, p, s]) => `${h}.${p}.${s.slice(0, -4)}`],
    ['padding of base64', ([h, p, s]) => `${h}.${p}.${s}/+`],
  ])('%s', async (_what, change) => {
    const { own } = await start();
    await expectRefused(own, change((await own.good(ec)).split('.') as [string, string, string]));
  });

  test.each([2, 4, 5])('%i parts: nothing is fetched for it', async (count) => {
    const { own, keys } = await start();
    const parts = [...(await own.good(ec)).split('.'), 'AAAA', 'AAAA'];
    await expectRefused(own, parts.slice(0, count).join('.'));
    expect(keys.requests).toEqual([]);
  });

  test('a token of more than 16 KB is not even decoded; one just below is', async () => {
    const { own, keys } = await start();
    const long = await own.good(ec, { pad: 'x'.repeat(12_600) });
    expect(long.length).toBeGreaterThan(16 * 1024);
    await expectRefused(own, long);
    expect(keys.requests).toEqual([]);
    const fitting = await own.good(ec, { pad: 'x'.repeat(11_500) });
    expect(await own.present(fitting)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('several keys may be meant', () => {
  test.each([undefined, 'same'])('kid %s: the one that fits is found', async (kid) => {
    const [one, two] = [await signingKey(kid), await signingKey(kid)];
    const own = await gate(await keyServer(one, two));
    for (const key of [one, two]) {
      expect(await own.present(await own.good(key))).toMatchObject({ outcome: 'accepted' });
    }
    await expectRefused(own, await sign(attackers, { sub: 'alice' }, { kid }));
    await expectRefused(own, await own.good(attackers, {}, { kid }));
    expect(await own.present(await own.good(two, { exp: 1 }))).toMatchObject({
      description: 'The token has expired',
    });
  });

  test('one that cannot be used does not stand in the way', async () => {
    const weak = { kty: 'RSA', alg: 'RS256', kid: 'rsa', n: 'AQAB'.repeat(8), e: 'AQAB' };
    const keys = await keyServer();
    keys.answer = json({ keys: [weak, null, 'key', { kty: 'EC' }, rsa.jwk] });
    const own = await gate(keys);
    expect(await own.present(await own.good(rsa))).toMatchObject({ outcome: 'accepted' });
  });
});
