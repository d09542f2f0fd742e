import { describe, expect, test } from '@jest/globals';
import {
  type Authenticator,
  apiKey,
  type JwtOptions,
  principalOf,
  type RequestRecord,
} from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { type Issuer, startIssuer } from '../support/jwt/issued.ts';
import { recordingUpstream } from '../support/upstream.ts';

const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

async function behind(
  options: Partial<JwtOptions>,
  others: (idp: Issuer) => Authenticator[] = () => [],
) {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const records: RequestRecord[] = [];
  const seen: unknown[] = [];
  const { port, errors } = await startGateway({
    target: upstream.target,
    publicUrl: 'https://gateway.example/mcp',
    auth: [idp.authWith(options), ...others(idp)],
    observe: { onClose: (record) => void records.push(record) },
    use: (req, _res, next) => {
      seen.push(principalOf(req)?.roles);
      next();
    },
  });
  const ask = async (claims: Record<string, unknown>, headers: Record<string, string> = {}) =>
    send(port, { body: BODY, headers: { ...(await idp.bearer(claims)), ...headers } });
  return { upstream, records, errors, seen, ask };
}

describe('a caller without any of the roles', () => {
  test('gets 403 without a challenge, and the record says why', async () => {
    const { upstream, records, errors, ask } = await behind({ roles: ['admin'] });
    const answer = await ask({ roles: ['reader'] });
    expect([answer.status, reasonOf(answer)]).toEqual([403, 'policy_denied']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual([]);
    expect(upstream.seen).toEqual([]);
    expect(records).toMatchObject([
      {
        slot: 'auth',
        reason: 'policy_denied',
        detail: 'The caller has none of the roles that are needed',
      },
    ]);
    expect(errors).toMatchObject([{ reason: 'policy_denied' }]);
  });

  test('is told to get more scopes only once its roles are good', async () => {
    const { ask } = await behind({ roles: ['admin'], scopes: ['mcp'] });
    expect(reasonOf(await ask({ roles: ['reader'] }))).toBe('policy_denied');
    expect(reasonOf(await ask({ roles: ['admin'] }))).toBe('insufficient_scope');
    expect((await ask({ roles: ['admin'], scope: 'mcp' })).status).toBe(200);
  });

  test('may come in by another authenticator', async () => {
    const { ask } = await behind({ roles: ['admin'] }, (idp) => [
      idp.authWith({ roles: ['reader'] }),
    ]);
    expect((await ask({ roles: ['reader'] })).status).toBe(200);
    expect(reasonOf(await ask({ roles: ['guest'] }))).toBe('policy_denied');
  });

  test('is refused with 403 also where another authenticator finds nothing', async () => {
    const key = { sha256: 'ab'.repeat(32), subject: 'ci' };
    const { ask } = await behind({ roles: ['admin'] }, () => [apiKey({ keys: [key] })]);
    const answer = await ask({ roles: ['reader'] }, { 'X-Api-Key': 'wrong' });
    expect([answer.status, reasonOf(answer)]).toEqual([403, 'policy_denied']);
  });
});

test('callbacks see the roles of a caller', async () => {
  const { seen, ask } = await behind({ roles: ['admin'] });
  await ask({ roles: ['admin', 'reader'] });
  expect(seen).toEqual([['admin', 'reader']]);
});

test.each<[string, Authenticator, number]>([
  ['a list', () => ({ subject: 'ada', roles: ['admin'] }), 200],
  ['none', () => ({ subject: 'ada' }), 200],
  ['a text', () => ({ subject: 'ada', roles: 'admin' as never }), 500],
  ['a list with a number', () => ({ subject: 'ada', roles: [7] as never }), 500],
])('the roles that a function gives are a list of texts: %s', async (_what, auth, status) => {
  const { target } = await recordingUpstream();
  const { port } = await startGateway({ target, auth });
  expect((await send(port, { body: BODY })).status).toBe(status);
});

test.each<[string, JwtOptions['claims']]>([
  [
    'throws',
    () => {
      throw new Error('inner detail');
    },
  ],
  ['gives a promise', (() => Promise.resolve({ subject: 'ada' })) as never],
  ['never comes to an end', (() => new Promise(() => {})) as never],
  ['gives odd types', () => ({ roles: 7 })],
])('`claims` that %s is a 500, which says nothing of it', async (_what, claims) => {
  const { upstream, errors, ask } = await behind({ claims: claims ?? false });
  const answer = await ask({});
  expect([answer.status, reasonOf(answer)]).toEqual([500, 'internal_error']);
  expect(answer.body).not.toMatch(/inner detail|claims/);
  expect(upstream.seen).toEqual([]);
  expect(errors).toMatchObject([{ reason: 'internal_error' }]);
});
