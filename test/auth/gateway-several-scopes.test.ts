import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { type Authenticator, apiKey, principalOf } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { type Issuer, startIssuer } from '../support/jwt/issued.ts';
import { recordingUpstream } from '../support/upstream.ts';

const KEY = apiKey({
  keys: [{ sha256: createHash('sha256').update('good-key').digest('hex'), subject: 'ci' }],
});
const HAS_KEY = { 'X-Api-Key': 'good-key' };

async function behind(auth: (idp: Issuer) => Authenticator[]) {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const seen: unknown[] = [];
  const { port } = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth: auth(idp),
    use: (req, _res, next) => {
      const { auth: exposed } = req as IncomingMessage & { auth?: unknown };
      seen.push([principalOf(req)?.subject, exposed === undefined ? 'none' : 'exposed']);
      next();
    },
  });
  const ask = async (claims: Record<string, unknown>, headers: Record<string, string> = {}) =>
    send(port, { headers: { ...(await idp.bearer(claims)), ...headers } });
  return { ask, seen, upstream };
}

/** One for users, who need a scope, and one for applications, which need a role. */
const users = (idp: Issuer) => idp.authWith({ scopes: ['mcp'], exposeAs: 'auth' });
const applications = (idp: Issuer) => idp.authWith({ roles: ['Mcp.Call'] });

test.each([
  ['users first', (idp: Issuer) => [users(idp), applications(idp)]],
  ['applications first', (idp: Issuer) => [applications(idp), users(idp)]],
])('a token without the scopes of one may come in by another: %s', async (_order, auth) => {
  const { ask, upstream } = await behind(auth);
  expect((await ask({ roles: ['Mcp.Call'] })).status).toBe(200);
  expect((await ask({ scope: 'mcp' })).status).toBe(200);
  const neither = await ask({ roles: ['Other'], scope: 'other' });
  expect(reasonOf(neither)).toBe('insufficient_scope');
  expect(valuesOf(neither, 'www-authenticate')).toEqual([
    expect.stringContaining('scope="mcp", error="insufficient_scope"'),
  ]);
  expect(upstream.seen).toHaveLength(2);
});

test('whoever comes in by another is not the one of the token', async () => {
  const { ask, seen } = await behind((idp) => [users(idp), KEY]);
  expect((await ask({ sub: 'alice' }, HAS_KEY)).status).toBe(200);
  expect((await ask({ sub: 'alice', scope: 'mcp' }, HAS_KEY)).status).toBe(200);
  expect(seen).toEqual([
    ['ci', 'none'],
    ['alice', 'exposed'],
  ]);
});

test('where both want scopes, the first says which', async () => {
  const { ask } = await behind((idp) => [
    idp.authWith({ scopes: ['read'] }),
    idp.authWith({ scopes: ['write'] }),
  ]);
  expect((await ask({ scope: 'write' })).status).toBe(200);
  const challenge = valuesOf(await ask({}), 'www-authenticate').join();
  expect(challenge).toMatch(/scope="read write", error="insufficient_scope"$/);
});
