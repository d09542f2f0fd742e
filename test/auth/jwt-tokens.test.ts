import { describe, expect, test } from '@jest/globals';
import { CompactSign } from 'jose';
import { rawClient } from '../support/client/raw.ts';
import { AUDIENCE, gate } from '../support/jwt/gate.ts';
import { keyServer, type SigningKey, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');

describe('what a token says', () => {
  const refused: [string, (now: (seconds: number) => number) => Record<string, unknown>, string][] =
    [
      ['another issuer', () => ({ iss: 'https://idp.example' }), 'from another issuer'],
      ['no issuer', () => ({ iss: undefined }), 'from another issuer'],
      ['an issuer in a list', () => ({ iss: ['http://127.0.0.1'] }), 'from another issuer'],
      ['another audience', () => ({ aud: 'https://other.example' }), 'for another audience'],
      ['an audience below ours', () => ({ aud: `${AUDIENCE}/` }), 'for another audience'],
      ['our audience in capitals', () => ({ aud: AUDIENCE.toUpperCase() }), 'for another audience'],
      ['no audience', () => ({ aud: undefined }), 'for another audience'],
      ['an audience that is an object', () => ({ aud: { [AUDIENCE]: 1 } }), 'for another audience'],
      ['no subject', () => ({ sub: undefined }), 'names no subject'],
      ['an empty subject', () => ({ sub: '' }), 'names no subject'],
      ['a subject that is a number', () => ({ sub: 7 }), 'names no subject'],
      ['no expiry', () => ({ exp: undefined }), 'does not say when it expires'],
      ['an expiry that is a text', () => ({ exp: '9999999999' }), 'does not say when it expires'],
      ['an expiry that never comes', () => ({ exp: 1e300 }), 'does not say when it expires'],
      ['expired for 120 s', (now) => ({ exp: now(-120) }), 'has expired'],
      ['expired for exactly the tolerance', (now) => ({ exp: now(-30) }), 'has expired'],
      ['valid in 120 s', (now) => ({ nbf: now(120) }), 'is not valid yet'],
      ['a beginning that is a text', () => ({ nbf: '0' }), 'is not valid yet'],
      ['an issue date that is a text', () => ({ iat: 'now' }), 'is not what it has to be'],
    ];
  test.each(refused)('refused: %s', async (_what, change, description) => {
    const own = await gate(await keyServer(key));
    const token = await own.good(
      key,
      change((seconds) => own.clock.in(seconds)),
    );
    expect(await own.present(token)).toEqual({
      outcome: 'refused',
      description: expect.stringContaining(description),
    });
  });

  const accepted: [string, (now: (seconds: number) => number) => Record<string, unknown>][] = [
    ['our audience among others', () => ({ aud: ['https://other.example', AUDIENCE] })],
    ['expired for 29 s', (now) => ({ exp: now(-29) })],
    ['valid in 30 s', (now) => ({ nbf: now(30) })],
    ['issued in the future', (now) => ({ iat: now(3600) })],
    ['parts of seconds', (now) => ({ exp: now(10) + 0.5 })],
  ];
  test.each(accepted)('accepted: %s', async (_what, change) => {
    const own = await gate(await keyServer(key));
    const token = await own.good(
      key,
      change((seconds) => own.clock.in(seconds)),
    );
    expect(await own.present(token)).toMatchObject({ outcome: 'accepted' });
  });

  test('one of several audiences is enough', async () => {
    const own = await gate(await keyServer(key), { audience: ['one', 'two'] });
    expect(await own.present(await own.good(key, { aud: 'two' }))).toMatchObject({
      outcome: 'accepted',
    });
    expect(await own.present(await own.good(key))).toMatchObject({ outcome: 'refused' });
  });

  test('without tolerance a token ends at its second', async () => {
    const own = await gate(await keyServer(key), { clockTolerance: false });
    const [over, last] = [own.clock.in(0), own.clock.in(1)];
    expect(await own.present(await own.good(key, { exp: over }))).toMatchObject({
      outcome: 'refused',
    });
    expect(await own.present(await own.good(key, { exp: last }))).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('what kind of token it is', () => {
  test.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'])('taken: %s', async (typ) => {
    const own = await gate(await keyServer(key));
    expect(await own.present(await own.good(key, {}, { typ }))).toMatchObject({
      outcome: 'accepted',
    });
  });

  test.each([
    ['an ID-JAG', 'oauth-id-jag+jwt'],
    ['a logout token', 'logout+jwt'],
    ['a DPoP proof', 'dpop+jwt'],
    ['an encrypted one by its name', 'JWE'],
    ['nothing', ''],
    ['a list', ['JWT']],
    ['null', null],
  ])('not taken: %s', async (_what, typ) => {
    const own = await gate(await keyServer(key));
    expect(await own.present(await own.good(key, {}, { typ }))).toEqual({
      outcome: 'refused',
      description: 'The token is not an access token',
    });
  });
});

describe('the header it comes in', () => {
  test.each<[string, (token: string) => string | undefined, string]>([
    ['none', () => undefined, 'absent'],
    ['another scheme', (token) => `DPoP ${token}`, 'absent'],
    ['a scheme that begins alike', (token) => `BearerX ${token}`, 'absent'],
    ['Basic', () => 'Basic YWxpY2U6cHc=', 'absent'],
    ['the scheme in any case', (token) => `bEaReR ${token}`, 'accepted'],
    ['more than one space', (token) => `Bearer   ${token}`, 'accepted'],
    ['no token', () => 'Bearer', 'refused'],
    ['no space', (token) => `Bearer,${token}`, 'refused'],
    ['two tokens', (token) => `Bearer ${token} ${token}`, 'refused'],
    ['two tokens in a list', (token) => `Bearer ${token}, Bearer ${token}`, 'refused'],
    ['a parameter', (token) => `Bearer token="${token}"`, 'refused'],
    ['padding', (token) => `Bearer ${token}=`, 'refused'],
  ])('%s', async (_what, header, outcome) => {
    const own = await gate(await keyServer(key));
    const token = await own.good(key);
    expect((await own.ask(header(token))).outcome).toBe(outcome);
  });

  test('twice: refused, whichever is good', async () => {
    const own = await gate(await keyServer(key));
    const field = `Authorization: Bearer ${await own.good(key)}\r\n`;
    const client = await rawClient(own.port);
    client.send(
      `GET / HTTP/1.1\r\nHost: a\r\nX-Number: twice\r\n${field}aUTHORIZATION: Basic a\r\n\r\n`,
    );
    await client.has(/HTTP\/1.1 200/);
    expect((await own.foundFor('twice')).outcome).toBe('refused');
  });
});

describe('what the principal is', () => {
  const principalOf = async (signer: SigningKey, claims: Record<string, unknown>) => {
    const own = await gate(await keyServer(signer));
    const found = await own.present(await own.good(signer, claims));
    if (found.outcome !== 'accepted') throw new Error(found.outcome);
    return found.principal;
  };

  test.each<[string, Record<string, unknown>, string[]]>([
    ['scope', { scope: 'a b:c a' }, ['a', 'b:c']],
    ['scope with spaces around', { scope: ' a  b ' }, ['a', 'b']],
    ['scp as a list', { scp: ['a', 'b', 7, ''] }, ['a', 'b']],
    ['scp as a text', { scp: 'a b' }, ['a', 'b']],
    ['scope as a list', { scope: ['a', 'b:c', 'a'] }, ['a', 'b:c']],
    ['a list with several in one text', { scope: ['a b', ' c'] }, ['a', 'b', 'c']],
    ['scp with several in one text', { scp: ['a b', 'c'] }, ['a', 'b', 'c']],
    ['a list with what is no text', { scope: ['a', 7, null, ['admin'], { a: 'b' }] }, ['a']],
    ['both', { scope: 'a', scp: ['admin'] }, ['a']],
    ['both, scope as a list', { scope: ['a'], scp: 'admin' }, ['a']],
    ['an empty scope', { scope: '', scp: ['a'] }, ['a']],
    ['a scope of spaces', { scope: '  ', scp: 'a' }, ['a']],
    ['an empty list', { scope: [], scp: ['a'] }, ['a']],
    ['a list of nothing', { scope: ['', null], scp: 'a' }, ['a']],
    ['a scope that is an object', { scope: { a: true }, scp: 'a' }, ['a']],
    ['true', { scope: true }, []],
    ['a list in a list', { scope: [['a']] }, []],
    ['none', {}, []],
    ['neither text nor list', { scp: { admin: true } }, []],
  ])('scopes: %s', async (_what, claims, scopes) => {
    expect((await principalOf(key, claims)).scopes).toEqual(scopes);
  });

  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['client_id', { client_id: 'one', azp: 'two' }, 'one'],
    ['azp', { azp: 'two' }, 'two'],
    ['neither', { client_id: 7 }, undefined],
  ])('client: %s', async (_what, claims, clientId) => {
    expect((await principalOf(key, claims)).clientId).toBe(clientId);
  });

  test('claims have no prototype and cannot be changed, however deep they are', async () => {
    const deep = JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`);
    const { claims } = await principalOf(key, { realm_access: { roles: ['a'] }, deep });
    expect(claims?.constructor).toBeUndefined();
    const realm = claims?.realm_access as { roles: string[]; toString?: unknown };
    expect(realm.toString).toBeUndefined();
    expect(() => realm.roles.push('admin')).toThrow(TypeError);
    expect(() => Reflect.set(claims as object, 'sub', 'bob')).not.toThrow();
    expect(claims?.sub).toBe('alice');
  });

  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('%s is taken without a word', async (alg) => {
    const signer = await signingKey('key-1', alg);
    expect((await principalOf(signer, {})).subject).toBe('alice');
  });

  test.each(['RS512', 'ES384', 'Ed25519'])('%s only where it is asked for', async (alg) => {
    const signer = await signingKey('key-1', alg);
    const keys = await keyServer(signer);
    const usual = await gate(keys);
    const asked = await gate(keys, { algorithms: [alg] });
    const token = await usual.good(signer);
    expect(await usual.present(token)).toMatchObject({
      outcome: 'refused',
      description: 'The algorithm of the token is not accepted',
    });
    expect(await asked.present(token)).toMatchObject({ outcome: 'accepted' });
  });
});

test.each(['[]', '7', '"alice"', 'null', '{', ''])(
  'no claims at all, but signed: %s',
  async (payload) => {
    const own = await gate(await keyServer(key));
    const token = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: key.alg, kid: 'key-1' })
      .sign(key.privateKey);
    expect(await own.present(token)).toEqual({
      outcome: 'refused',
      description: 'The token holds no claims',
    });
  },
);
