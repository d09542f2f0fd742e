import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { ClaimsFunction, JwtOptions, Principal } from '../../src/index.ts';
import { type Gate, gate } from '../support/jwt/gate.ts';
import { keyServer, signingKey } from '../support/jwt/issuer.ts';

const key = await signingKey('key-1');

const ROLES = 'https://acme.example/roles';

const given = (value: unknown): ClaimsFunction => (() => value) as ClaimsFunction;

async function behind(options: Partial<JwtOptions>): Promise<Gate> {
  return gate(await keyServer(key), options);
}

async function principalOf(
  options: Partial<JwtOptions>,
  claims: Record<string, unknown>,
): Promise<Principal> {
  const own = await behind(options);
  const found = await own.present(await own.good(key, claims));
  if (found.outcome !== 'accepted') throw new Error(inspect(found));
  return found.principal;
}

/** What came of a token that would be good, and of the same token once more. */
async function twice(
  options: Partial<JwtOptions>,
  claims: Record<string, unknown> = {},
): Promise<unknown[]> {
  const own = await behind(options);
  const token = await own.good(key, claims);
  return Promise.all(
    [await own.present(token).catch(String), await own.present(token).catch(String)].map((found) =>
      typeof found === 'string' ? found : found.outcome,
    ),
  );
}

describe('what a function finds takes the place of what the token says by itself', () => {
  const USUAL = { sub: 'alice', scope: 'a', roles: ['r'] };

  test.each<[string, ClaimsFunction, Record<string, unknown>, Partial<Principal>]>([
    ['nothing', () => ({}), {}, { subject: 'alice', scopes: ['a'], roles: ['r'] }],
    ['the subject alone', ({ oid }) => ({ subject: oid }), { oid: 'o-1' }, { subject: 'o-1' }],
    [
      'scopes alone',
      ({ permissions }) => ({ scopes: permissions }),
      { permissions: ['b'] },
      { scopes: ['b'], roles: ['r'], subject: 'alice' },
    ],
    ['scopes in one text', () => ({ scopes: 'b c  b' }), {}, { scopes: ['b', 'c'] }],
    [
      'several scopes in a text of a list',
      () => ({ scopes: ['b c', '', ' d'] }),
      {},
      { scopes: ['b', 'c', 'd'] },
    ],
    ['no scopes', () => ({ scopes: [] }), {}, { scopes: [] }],
    ['scopes that the token lacks', ({ none }) => ({ scopes: none }), {}, { scopes: [] }],
    ['scopes that are null', () => ({ scopes: null }), {}, { scopes: [] }],
    [
      'roles by a name that is a URL',
      (claims) => ({ roles: claims[ROLES] }),
      { [ROLES]: ['x', 'y z', 'x'] },
      { roles: ['x', 'y z'], scopes: ['a'] },
    ],
    ['a text is one role', () => ({ roles: 'not admin' }), {}, { roles: ['not admin'] }],
    ['roles that the token lacks', (claims) => ({ roles: claims[ROLES] }), {}, { roles: [] }],
    [
      'an object without a prototype',
      () => Object.assign(Object.create(null), { subject: 'x' }),
      {},
      { subject: 'x' },
    ],
    [
      'getters of a class',
      () =>
        new (class {
          get subject() {
            return 'x';
          }
        })(),
      {},
      { subject: 'x' },
    ],
  ])('%s', async (_what, claims, also, expected) => {
    expect(await principalOf({ claims }, { ...USUAL, ...also })).toMatchObject(expected);
  });

  test('a subject found elsewhere needs no sub', async () => {
    const claims: ClaimsFunction = ({ client_id }) => ({ subject: `client:${client_id}` });
    const found = await principalOf({ claims }, { sub: undefined, client_id: 'job' });
    expect(found).toMatchObject({ subject: 'client:job', clientId: 'job' });
  });

  test('it is asked once for a token, with claims that cannot be changed', async () => {
    const asked: unknown[] = [];
    const own = await behind({
      claims: (claims) => {
        asked.push(claims);
        expect(Object.isFrozen(claims)).toBe(true);
        expect(claims.constructor).toBeUndefined();
        return {};
      },
    });
    const token = await own.good(key, { tenant: 'acme' });
    await own.present(token);
    await own.present(token);
    expect(asked).toEqual([expect.objectContaining({ tenant: 'acme', sub: 'alice' })]);
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['for another audience', { aud: 'else' }, {}],
    ['expired', { exp: 1 }, {}],
    ['not valid yet', { nbf: 1e11 }, {}],
    ['without an expiry', { exp: undefined }, {}],
    ['of another type', {}, { typ: 'logout+jwt' }],
    ['of another issuer', { iss: 'https://else.example' }, {}],
  ])('it is not asked of a token %s', async (_what, claims, header) => {
    const own = await behind({ claims: () => expect('asked').toBe('not asked') as never });
    expect(await own.present(await own.good(key, claims, header))).toMatchObject({
      outcome: 'refused',
    });
  });

  test('it is not asked of a token that somebody else has signed', async () => {
    const own = await behind({ claims: () => expect('asked').toBe('not asked') as never });
    expect(await own.present(await own.good(await signingKey('key-1')))).toMatchObject({
      outcome: 'refused',
    });
  });
});

describe('nothing but a subject, scopes and roles lets anybody in', () => {
  const promise = () => {
    const rejected = Promise.reject(new Error('a look-up'));
    rejected.catch(() => {});
    return rejected;
  };

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['a text', 'alice'],
    ['a number', 7],
    ['a list', ['alice']],
    ['a map', new Map([['roles', ['admin']]])],
    ['a date', new Date()],
    ['a function', () => ({})],
    ['a promise', Promise.resolve({ subject: 'alice' })],
    ['a promise that rejects', promise()],
    // biome-ignore lint/suspicious/noThenProperty: that is how libraries make them.
    ['a thenable', { then: () => {} }],
    ['a member that was misspelt', { scope: [] }],
    ['a member of another kind', { subject: 'alice', issuer: 'https://idp.example' }],
    ['a subject that is a number', { subject: 7 }],
    ['a subject that is a promise', { subject: promise() }],
    ['a subject that is an object', { subject: { toString: () => 'alice' } }],
    ['scopes that are a number', { scopes: 7 }],
    ['scopes that are true', { scopes: true }],
    ['scopes that are a set', { scopes: new Set(['a']) }],
    ['scopes that are a promise', { scopes: promise() }],
    ['scopes with a number among them', { scopes: ['a', 7] }],
    ['scopes with a hole among them', { scopes: Array(1) }],
    ['scopes with a promise among them', { scopes: ['a', promise()] }],
    ['roles that are an object', { roles: { admin: true } }],
    ['roles that are a promise', { roles: promise() }],
    ['roles with a list among them', { roles: [['admin']] }],
    ['roles as SCIM has them', { roles: [{ value: 'admin' }] }],
  ])('%s', async (_what, value) => {
    const outcomes = await twice({ claims: given(value) }, { roles: ['admin'], scope: 'a' });
    const failure = 'TypeError: The function `claims` has to give ';
    expect(outcomes).toEqual(Array(2).fill(expect.stringContaining(failure)));
  });

  test.each<[string, unknown]>([
    ['async', async () => ({})],
    ['async, and throws', () => Promise.reject(new Error('inner detail'))],
    ['async, and never comes to an end', () => new Promise(() => {})],
    ['a generator', function* () {}],
    ['an async generator', async function* () {}],
  ])('a function that is %s', async (_what, claims) => {
    const outcomes = await twice({ claims: claims as ClaimsFunction });
    expect(outcomes).toEqual(Array(2).fill(expect.stringContaining('and no promise')));
  });

  test('one that throws', async () => {
    const claims = () => {
      throw new RangeError('inner detail');
    };
    expect(await twice({ claims })).toEqual(Array(2).fill('RangeError: inner detail'));
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
  ])('a subject that the token lacks: %s', async (_what, subject) => {
    const own = await behind({ claims: given({ subject }) });
    expect(await own.present(await own.good(key))).toEqual({
      outcome: 'refused',
      description: 'The token names no subject',
    });
  });
});

describe('roles', () => {
  const NEEDED = ['admin', 'Domain Users'];

  test.each<[string, unknown, string]>([
    ['one of them', ['reader', 'admin'], 'accepted'],
    ['one of them as a text', 'admin', 'accepted'],
    ['one with a blank', ['Domain Users'], 'accepted'],
    ['another', ['reader'], 'forbidden'],
    ['none', undefined, 'forbidden'],
    ['an empty list', [], 'forbidden'],
    ['one that only holds it', 'not admin', 'forbidden'],
    ['one in capitals', ['ADMIN'], 'forbidden'],
    ['an object', { admin: true }, 'forbidden'],
    ['a list in a list', [['admin']], 'forbidden'],
    ['true', true, 'forbidden'],
    ['half of one', ['Domain', 'Users'], 'forbidden'],
  ])('%s', async (_what, roles, outcome) => {
    expect(await twice({ roles: NEEDED }, { roles })).toEqual([outcome, outcome]);
  });

  test('those that a function finds count, and no others', async () => {
    const claims: ClaimsFunction = ({ realm_access }) => ({
      roles: (realm_access as { roles?: string[] } | undefined)?.roles,
    });
    const options = { roles: NEEDED, claims };
    expect(await twice(options, { realm_access: { roles: ['admin'] } })).toEqual(
      Array(2).fill('accepted'),
    );
    expect(await twice(options, { roles: ['admin'] })).toEqual(Array(2).fill('forbidden'));
  });

  test('a revoked token is refused before its roles are looked at', async () => {
    const options = { roles: NEEDED, isRevoked: () => true };
    expect(await twice(options, { roles: ['reader'] })).toEqual(Array(2).fill('refused'));
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['client_id before the others', { client_id: 'a', azp: 'b', appid: 'c', cid: 'd' }, 'a'],
  ['azp', { azp: 'b', appid: 'c' }, 'b'],
  ['appid', { appid: 'c' }, 'c'],
  ['cid', { cid: 'd', appid: 7 }, 'd'],
])('client: %s', async (_what, claims, clientId) => {
  expect((await principalOf({}, claims)).clientId).toBe(clientId);
});
