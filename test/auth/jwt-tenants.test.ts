import { describe, expect, test } from '@jest/globals';
import type { JwtOptions, TenantIssuerOptions } from '../../src/index.ts';
import { Clock, type Gate, gate, outcomeOf, until } from '../support/jwt/gate.ts';
import { json, keyServer, type SigningKey, sign, signingKey } from '../support/jwt/issuer.ts';
import { type TenantServer, tenantServer } from '../support/jwt/tenant-server.ts';

const OTHER = { outcome: 'refused', description: 'The token is from another issuer' };

async function behind(
  server: TenantServer,
  tenants: TenantIssuerOptions['tenants'],
  options: Partial<JwtOptions> = {},
  clock = new Clock(),
): Promise<Gate> {
  return gate(
    { issuer: server.issuer },
    { issuer: { pattern: server.pattern, tenants }, ...options },
    clock,
  );
}

/** A token of a tenant, signed with its own key unless another one is given. */
async function tokenOf(own: Gate, server: TenantServer, tenant: string, signer?: SigningKey) {
  return own.good(signer ?? (await server.keyOf(tenant)), { iss: server.issuerOf(tenant) });
}

describe('one issuer for each tenant', () => {
  test('keys are found through the metadata of the tenant, once', async () => {
    const server = await tenantServer();
    const own = await behind(server, ['acme', 'globex']);
    const tokens = [await tokenOf(own, server, 'acme'), await tokenOf(own, server, 'acme')];
    for (const token of tokens) expect(await outcomeOf(own, token)).toBe('accepted');
    expect(server.requestsFor('acme').slice(-2)).toEqual([
      '/acme/v2.0/.well-known/openid-configuration',
      '/acme/keys',
    ]);
    expect(server.requestsFor('acme').filter((path) => path === '/acme/keys')).toHaveLength(1);
    expect(server.requestsFor('globex')).toEqual([]);
  });

  test('the principal is the one of the tenant', async () => {
    const server = await tenantServer();
    const own = await behind(server, ['acme', 'globex']);
    const principals = [];
    for (const tenant of ['acme', 'globex']) {
      const found = await own.present(await tokenOf(own, server, tenant));
      if (found.outcome === 'accepted') principals.push(found.principal);
    }
    expect(principals).toMatchObject([
      { issuer: server.issuerOf('acme'), subject: 'alice' },
      { issuer: server.issuerOf('globex'), subject: 'alice' },
    ]);
  });

  test('the key of one tenant signs nothing for another', async () => {
    const server = await tenantServer();
    const own = await behind(server, ['acme', 'globex']);
    await server.keyOf('globex');
    const forged = await tokenOf(own, server, 'globex', await server.keyOf('acme'));
    expect(await own.present(forged)).toMatchObject({
      outcome: 'refused',
      description: expect.stringContaining('not signed with a key of its issuer'),
    });
  });

  test('an unknown tenant causes no fetch', async () => {
    const server = await tenantServer();
    const asked: string[] = [];
    const byList = await behind(server, ['acme']);
    const byFunction = await behind(server, (tenant) => {
      asked.push(tenant);
      return tenant === 'acme';
    });
    for (const own of [byList, byFunction]) {
      expect(await own.present(await tokenOf(own, server, 'evil'))).toEqual(OTHER);
      expect(await own.present(await tokenOf(own, server, 'ACME'))).toEqual(OTHER);
    }
    expect(asked).toEqual(['evil', 'ACME']);
    expect(server.requests).toEqual([]);
  });

  test('a tenant that is taken no more is refused, although its token is remembered', async () => {
    const server = await tenantServer();
    let isCustomer = true;
    const own = await behind(server, () => isCustomer);
    const token = await tokenOf(own, server, 'acme');
    expect(await outcomeOf(own, token)).toBe('accepted');
    isCustomer = false;
    expect(await own.present(token)).toEqual(OTHER);
  });

  test('the keys of one tenant may be out of reach, the others come in', async () => {
    const server = await tenantServer();
    const own = await behind(server, ['acme', 'globex']);
    const stranger = await signingKey('key-of-globex');
    expect(await outcomeOf(own, await tokenOf(own, server, 'globex', stranger))).toBe(
      'unavailable',
    );
    expect(await outcomeOf(own, await tokenOf(own, server, 'acme'))).toBe('accepted');
  });
});

describe('where the keys of all tenants are', () => {
  const shared = signingKey('shared');

  test('in one place', async () => {
    const server = await tenantServer();
    const { jwksUri, requests } = await keyServer(await shared);
    const own = await behind(server, () => true, { jwksUri });
    for (const tenant of ['acme', 'globex']) {
      const token = await tokenOf(own, server, tenant, await shared);
      expect(await outcomeOf(own, token)).toBe('accepted');
    }
    expect(requests).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });

  test('in one place for each, by its name in the URL', async () => {
    const server = await tenantServer();
    const own = await behind(server, ['acme'], { jwksUri: `${server.issuer}/{tenant}/keys` });
    expect(await outcomeOf(own, await tokenOf(own, server, 'acme'))).toBe('accepted');
    expect(server.requests).toEqual(['/acme/keys']);
  });

  test('in the configuration', async () => {
    const server = await tenantServer();
    const own = await behind(server, ['acme'], { keys: { keys: [(await shared).jwk] } });
    const token = await tokenOf(own, server, 'acme', await shared);
    expect(await outcomeOf(own, token)).toBe('accepted');
    expect(server.requests).toEqual([]);
  });

  test('a key that names an issuer is for that one alone', async () => {
    const server = await tenantServer();
    const [consumers, companies] = [await signingKey('consumers'), await signingKey('companies')];
    const keys = await keyServer();
    keys.answer = json({
      keys: [
        { ...consumers.jwk, issuer: server.issuerOf('consumers') },
        { ...companies.jwk, issuer: server.issuerOf('{tenantid}') },
      ],
    });
    const own = await behind(server, () => true, { jwksUri: keys.jwksUri });
    const outcomes: unknown[] = [];
    for (const signer of [consumers, companies]) {
      for (const tenant of ['consumers', 'acme']) {
        outcomes.push(await outcomeOf(own, await tokenOf(own, server, tenant, signer)));
      }
    }
    expect(outcomes).toEqual(['accepted', 'refused', 'accepted', 'accepted']);
  });
});

describe('an iss that is not made for the pattern', () => {
  const SEGMENTS = [
    ['another path', '../evil'],
    ['another path, encoded', '%2e%2e%2fevil'],
    ['two segments', 'a/b'],
    ['a slash that is encoded', 'a%2fb'],
    ['a slash that is encoded twice', 'a%252fb'],
    ['a backslash', 'a\\b'],
    ['a dot', '.'],
    ['two dots', '..'],
    ['dots that are encoded', '%2e%2e'],
    ['half of the dots encoded', '.%2E'],
    ['nothing', ''],
    ['a query', 'a?b'],
    ['a fragment', 'a#b'],
    ['a query that ends what is behind it', 'acme/v2.0?x='],
    ['another host', '@evil.example'],
    ['a parameter of the path', 'a;b'],
    ['a blank', 'a b'],
    ['an encoded letter', '%61cme'],
    ['a line', 'acme\n'],
    ['a NUL', 'acme\0'],
    ['another script', '\u0430cme'],
    ['full-width letters', '\uff41cme'],
    ['the placeholder', '{tenant}'],
    ['a very long name', 'a'.repeat(256)],
  ];

  test.each(SEGMENTS)('%s', async (_what, tenant) => {
    const server = await tenantServer();
    const key = await signingKey('key-of-evil');
    const asked: string[] = [];
    const own = await behind(server, (name) => asked.push(name) > 0);
    const token = await own.good(key, { iss: server.issuerOf(tenant) });
    expect(await own.present(token)).toEqual(OTHER);
    expect(asked).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test.each<[string, (server: TenantServer, evil: string) => unknown]>([
    ['of another host', (_server, evil) => `${evil}/acme/v2.0`],
    [
      'with the host in front of another',
      ({ issuer }, evil) => `${issuer}@${evil.slice(7)}/acme/v2.0`,
    ],
    ['with a password', ({ issuer }) => `${issuer.replace('//', '//a:b@')}/acme/v2.0`],
    ['with another scheme', ({ issuer }) => `${issuer.replace('http:', 'https:')}/acme/v2.0`],
    ['with the scheme in capitals', ({ issuer }) => `${issuer.replace('http', 'HTTP')}/acme/v2.0`],
    ['with another port', ({ issuer }) => `${issuer}0/acme/v2.0`],
    ['with something behind it', (server) => `${server.issuerOf('acme')}/`],
    ['with something in front of it', (server) => ` ${server.issuerOf('acme')}`],
    ['with less behind it', (server) => server.issuerOf('acme').slice(0, -1)],
    ['in a list', (server) => [server.issuerOf('acme')]],
    ['as an object', () => ({ tenant: 'acme' })],
    ['as a number', () => 7],
    ['not at all', () => undefined],
  ])('%s', async (_what, issOf) => {
    const server = await tenantServer();
    const evil = await keyServer(await server.keyOf('acme'));
    const own = await behind(server, () => true);
    const iss = issOf(server, evil.issuer);
    expect(await own.present(await own.good(await server.keyOf('acme'), { iss }))).toEqual(OTHER);
    expect([...server.requests, ...evil.requests]).toEqual([]);
  });

  test('a token without claims is of no tenant', async () => {
    const server = await tenantServer();
    const own = await behind(server, () => true);
    const [head, , signature] = (await tokenOf(own, server, 'acme')).split('.');
    expect(await own.present(`${head}.bm90IGNsYWltcw.${signature}`)).toEqual({
      outcome: 'refused',
      description: 'The token holds no claims',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('names that a segment may have', () => {
  test.each(['acme', 'ACME-2', 'a.b', 'a_b~c', '72f988bf-86f1-41af-91ab-2d7cd011db47', '...a'])(
    '%s',
    async (tenant) => {
      const server = await tenantServer();
      const own = await behind(server, [tenant]);
      expect(await outcomeOf(own, await tokenOf(own, server, tenant))).toBe('accepted');
    },
  );

  test('the name may be a part of the segment, but make no other path', async () => {
    const server = await tenantServer();
    const key = await signingKey('shared');
    const pattern = `${server.issuer}/.{tenant}/v2.0`;
    const own = await gate(
      { issuer: server.issuer },
      {
        issuer: { pattern, tenants: () => true },
        keys: { keys: [key.jwk] },
      },
    );
    const outcome = async (name: string) =>
      outcomeOf(own, await own.good(key, { iss: pattern.replace('{tenant}', name) }));
    expect([await outcome('acme'), await outcome('.'), await outcome('.a')]).toEqual([
      'accepted',
      'refused',
      'accepted',
    ]);
  });
});

describe('a function that says whether a tenant is taken', () => {
  test.each<[string, () => unknown]>([
    ['a promise of yes', () => Promise.resolve(true)],
    ['a promise that rejects', () => Promise.reject(new Error('a look-up'))],
    // biome-ignore lint/suspicious/noThenProperty: that is how libraries make them.
    ['a thenable', () => ({ then: () => {} })],
    ['what an async function gives', async () => true],
    ['what a generator gives', function* () {}],
    ['a promise that never settles', () => new Promise(() => {})],
    ['one', () => 1],
    ['a text', () => 'yes'],
    ['an object', () => ({ allowed: false })],
    ['undefined', () => undefined],
    ['null', () => null],
  ])('%s is a failure', async (_what, tenants) => {
    const server = await tenantServer();
    const own = await behind(server, tenants as () => boolean);
    const token = await tokenOf(own, server, 'acme');
    await expect(own.present(token)).rejects.toThrow(/`issuer.tenants` of jwt\(\)/);
    expect(server.requests).toEqual([]);
  });

  test('one that throws is a failure, also for a token that is remembered', async () => {
    const server = await tenantServer();
    let fails = false;
    const own = await behind(server, () => {
      if (fails) throw new RangeError('inner detail');
      return true;
    });
    const token = await tokenOf(own, server, 'acme');
    expect(await outcomeOf(own, token)).toBe('accepted');
    fails = true;
    await expect(own.present(token)).rejects.toThrow('inner detail');
  });

  test('it is not asked about a token that is refused anyway', async () => {
    const server = await tenantServer();
    const own = await behind(server, () => expect('asked').toBe('not asked') as never);
    const key = await server.keyOf('acme');
    const iss = server.issuerOf('acme');
    const tokens = [
      await own.good(key, { iss }, { typ: 'logout+jwt' }),
      await own.good(await signingKey('k', 'ES384'), { iss }),
      'a.b.c',
    ];
    for (const token of tokens) expect(await outcomeOf(own, token)).toBe('refused');
  });
});

test('only so many are asked for their keys at once', async () => {
  const server = await tenantServer();
  const { answer } = server;
  const held: (() => void)[] = [];
  server.answer = (req, res) => void held.push(() => answer(req, res));
  const own = await behind(server, () => true);
  const key = await signingKey('made-up');
  const outcomes: Promise<string>[] = [];
  for (let n = 0; n < 60; n += 1) {
    outcomes.push(outcomeOf(own, await tokenOf(own, server, `made-up-${n}`, key)));
  }
  const first = await Promise.race(outcomes);
  expect(first).toBe('unavailable');
  await until(() => held.length === 50);
  server.answer = answer;
  for (const go of held) go();
  expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['unavailable']));
  expect(await outcomeOf(own, await tokenOf(own, server, 'acme'))).toBe('accepted');
});

test('a token is remembered for the tenant that has issued it', async () => {
  const server = await tenantServer();
  const own = await behind(server, ['acme']);
  const key = await server.keyOf('acme');
  const claims = { iss: server.issuerOf('acme'), aud: 'https://gateway.example/mcp', sub: 'alice' };
  const token = await sign(key, { ...claims, exp: own.clock.in(60) });
  for (let n = 0; n < 3; n += 1) expect(await outcomeOf(own, token)).toBe('accepted');
  own.clock.pass(120_000);
  expect(await outcomeOf(own, token)).toBe('refused');
});
