import { describe, expect, test } from '@jest/globals';
import type { JwtOptions } from '../../src/index.ts';
import { gate, outcomeOf } from '../support/jwt/gate.ts';
import { json, keyServer, signingKey } from '../support/jwt/issuer.ts';

const PATTERN = 'https://login.example/{tenant}/v2.0';
const issuerOf = (tenant: string) => PATTERN.replace('{tenant}', tenant);

const tenants: JwtOptions['issuer'] = { pattern: PATTERN, tenants: () => true };
const own = await signingKey('own');
const other = await signingKey('other');

/** What comes of a token of acme that is signed with the key `own`. */
async function outcomeWith(
  owners: { readonly own?: unknown; readonly other?: unknown },
  options: Partial<JwtOptions>,
  signer = own,
): Promise<string> {
  const server = await keyServer();
  server.answer = json({
    keys: [
      { ...own.jwk, ...('own' in owners && { issuer: owners.own }) },
      { ...other.jwk, ...('other' in owners && { issuer: owners.other }) },
    ],
  });
  const jwksUri = `${server.issuer}/keys${typeof options.jwksUri === 'string' ? options.jwksUri : ''}`;
  const door = await gate({ issuer: issuerOf('acme') }, { ...options, jwksUri });
  return outcomeOf(door, await door.good(signer));
}

describe('in a set that all tenants share, a key with an unreadable issuer is for nobody', () => {
  test.each<[string, unknown]>([
    ['a list', [issuerOf('acme')]],
    ['an object', { tenant: 'acme' }],
    ['a number', 7],
    ['an empty text', ''],
    ['true', true],
  ])('%s', async (_what, issuer) => {
    expect(await outcomeWith({ own: issuer }, { issuer: tenants })).toBe('refused');
    expect(await outcomeWith({ own: issuer }, { issuer: tenants }, other)).toBe('accepted');
  });

  test('null is none, as in the other members of a key', async () => {
    expect(await outcomeWith({ own: null }, { issuer: tenants })).toBe('accepted');
  });
});

describe('one issuer may go by a set that others share', () => {
  test('a key that names another issuer is not for its tokens', async () => {
    expect(await outcomeWith({ own: issuerOf('consumers') }, {})).toBe('refused');
    expect(await outcomeWith({ other: issuerOf('consumers') }, {})).toBe('accepted');
  });

  test('where all keys name others, the names say nothing: they are of another version', async () => {
    const both = { own: 'https://sts.example/acme/', other: 'https://sts.example/acme/' };
    expect(await outcomeWith(both, {})).toBe('accepted');
    // Among many tenants a key for nobody of them would be a key for all.
    expect(await outcomeWith(both, { issuer: tenants })).toBe('refused');
  });

  test('the same for the set that a tenant has alone', async () => {
    const both = { own: 'https://sts.example/acme/', other: 'https://sts.example/acme/' };
    const options: Partial<JwtOptions> = { issuer: tenants, jwksUri: '/{tenant}' };
    expect(await outcomeWith(both, options)).toBe('accepted');
    expect(await outcomeWith({ own: issuerOf('consumers') }, options)).toBe('refused');
  });
});
