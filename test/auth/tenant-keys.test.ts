import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import { KeysUnavailable } from '../../src/slots/auth/jwt/key-set.ts';
import { TenantKeys } from '../../src/slots/auth/jwt/tenant-keys.ts';
import { verificationKeys } from '../../src/slots/auth/jwt/verification-keys.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keys = verificationKeys([publicKey.export({ format: 'jwk' }) as JWK]);

const MOST = 1000;

/** Keys of tenants, and how often each was fetched. */
function tenantKeys(atLeast = 0) {
  const fetched = new Map<string, number>();
  const fetchOf = async (tenant: string) => {
    fetched.set(tenant, (fetched.get(tenant) ?? 0) + 1);
    if (tenant.startsWith('bad')) throw new Error('no keys');
    return keys;
  };
  return { fetched, own: new TenantKeys(fetchOf, () => 0, atLeast) };
}

describe('keys are kept for so many tenants', () => {
  test('those that were used last', async () => {
    const { fetched, own } = tenantKeys();
    for (let n = 0; n < MOST; n += 1) await own.of(`good-${n}`).current();
    await own.of('good-0').current();
    await own.of('good-more').current();
    expect(own.all()).toHaveLength(MOST);
    await own.of('good-0').current();
    await own.of('good-1').current();
    expect([fetched.get('good-0'), fetched.get('good-1')]).toEqual([1, 2]);
  });

  test('all that are named in the configuration', async () => {
    const { fetched, own } = tenantKeys(MOST + 200);
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < MOST + 200; n += 1) await own.of(`good-${n}`).current();
    }
    expect(own.all()).toHaveLength(MOST + 200);
    expect(new Set(fetched.values())).toEqual(new Set([1]));
  });

  test('tenants whose keys never come are bounded by themselves', async () => {
    const { fetched, own } = tenantKeys();
    await own.of('good').current();
    for (let n = 0; n < 2 * MOST; n += 1) {
      await expect(own.of(`bad-${n}`).current()).rejects.toThrow(KeysUnavailable);
    }
    expect(own.all()).toHaveLength(MOST + 1);
    await own.of('good').current();
    expect(fetched.get('good')).toBe(1);
  });
});

test('all who wait for the keys of a tenant share one request', async () => {
  const { fetched, own } = tenantKeys();
  await Promise.all(Array.from({ length: 20 }, () => own.of('good').current()));
  expect(fetched).toEqual(new Map([['good', 1]]));
});

describe('so many are asked at once', () => {
  const AT_ONCE = 50;

  /** Each fetch waits until it is released. */
  function heldKeys(atLeast = 0) {
    const held: (() => void)[] = [];
    const fetchHeld = () => new Promise<typeof keys>((resolve) => held.push(() => resolve(keys)));
    return { held, own: new TenantKeys(fetchHeld, () => 0, atLeast) };
  }

  test('but all that are named in the configuration, as after a restart', async () => {
    const { held, own } = heldKeys(AT_ONCE + 10);
    const asked = Array.from({ length: AT_ONCE + 10 }, (_, n) => own.of(`good-${n}`).current());
    expect(held).toHaveLength(AT_ONCE + 10);
    for (const release of held) release();
    expect(new Set(await Promise.all(asked))).toEqual(new Set([keys]));
  });

  test('one that was not asked for want of room has not failed, and is asked as soon as there is room', async () => {
    const { held, own } = heldKeys();
    const asked = Array.from({ length: AT_ONCE }, (_, n) => own.of(`good-${n}`).current());
    for (let n = 0; n < 3; n += 1) {
      await expect(own.of('late').current()).rejects.toThrow(KeysUnavailable);
    }
    expect(own.of('late').failingForMs).toBe(undefined);
    for (const release of held.splice(0)) release();
    await Promise.all(asked);
    const late = own.of('late').current();
    for (const release of held) release();
    expect(await late).toBe(keys);
  });
});
