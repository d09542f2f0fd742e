import { expect, test } from '@jest/globals';
import { type JwtOptions, jwt } from '../../src/slots/auth/jwt/jwt.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { serve } from '../support/servers.ts';

const key = await signingKey('key-1');
const exp = Math.floor(Date.now() / 1000) + 3600;

/** What a handler behind it finds on the request, besides what is there anyway. */
async function foundBehind(
  options: Partial<JwtOptions>,
  claims: Record<string, unknown>,
): Promise<{ token: string; found: Record<string, unknown> }> {
  const { issuer, jwksUri } = await keyServer(key);
  const scheme = jwt({ issuer, jwksUri, audience: AUDIENCE, ...options });
  let found: Record<string, unknown> = {};
  const { port } = await serve(async (req, res) => {
    const before = new Set(Object.keys(req));
    await scheme.identify(req, res);
    found = Object.fromEntries(Object.entries(req).filter(([name]) => !before.has(name)));
    res.end();
  });
  const token = await sign(key, { iss: issuer, aud: AUDIENCE, sub: 'alice', exp, ...claims });
  await fetch(`http://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${token}` } });
  return { token, found };
}

test('what the SDK makes of a token is there under the name that was asked for', async () => {
  const claims = { scope: 'a b', client_id: 'inspector', tenant: 'acme' };
  const { token, found } = await foundBehind({ exposeAs: 'auth' }, claims);
  expect(found).toEqual({
    auth: {
      token,
      clientId: 'inspector',
      scopes: ['a', 'b'],
      expiresAt: exp,
      extra: expect.objectContaining({ sub: 'alice', tenant: 'acme' }),
    },
  });
});

test('scopes that the token has as a list are there as the principal has them', async () => {
  const { found } = await foundBehind({ exposeAs: 'auth' }, { scope: ['a b', 'c'] });
  expect(found).toMatchObject({ auth: { scopes: ['a', 'b', 'c'] } });
});

test('a token without a client: the SDK wants a text there', async () => {
  const { found } = await foundBehind({ exposeAs: 'auth' }, {});
  expect(found).toMatchObject({ auth: { clientId: '', scopes: [] } });
});

test.each<[string, Partial<JwtOptions>, Record<string, unknown>]>([
  ['where nobody asked for it', {}, {}],
  ['for a token that is refused', { exposeAs: 'auth' }, { aud: 'other' }],
  ['for a token that is revoked', { exposeAs: 'auth', isRevoked: () => true }, {}],
])('nothing is there %s', async (_when, options, claims) => {
  expect((await foundBehind(options, claims)).found).toEqual({});
});
