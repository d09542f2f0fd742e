import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import { gate, outcomeOf } from '../support/jwt/gate.ts';
import { keyServer, signingKey } from '../support/jwt/issuer.ts';
import { atTestEnd } from '../support/servers.ts';

const key = await signingKey('key-1');

/** How many signatures are checked from now on. */
function countChecks(): { readonly count: number } {
  const spy = jest.spyOn(crypto.subtle, 'verify');
  atTestEnd(() => spy.mockRestore());
  return {
    get count() {
      return spy.mock.calls.length;
    },
  };
}

describe('a token that was found good', () => {
  test('is not verified again', async () => {
    const own = await gate(await keyServer(key));
    const token = await own.good(key);
    const checks = countChecks();
    for (let n = 0; n < 5; n += 1) expect(await outcomeOf(own, token)).toBe('accepted');
    expect(checks.count).toBe(1);
    expect(await outcomeOf(own, await own.good(key, { sub: 'bob' }))).toBe('accepted');
    expect(checks.count).toBe(2);
  });

  test('ends when it expires, as one that is seen for the first time', async () => {
    const own = await gate(await keyServer(key));
    const token = await own.good(key, { exp: own.clock.in(60) });
    expect(await outcomeOf(own, token)).toBe('accepted');
    own.clock.pass(90_000 - 1);
    expect(await outcomeOf(own, token)).toBe('accepted');
    own.clock.pass(1);
    expect(await own.present(token)).toEqual({
      outcome: 'refused',
      description: 'The token has expired',
    });
  });

  test('is verified again with other keys', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    const [one, two] = [await own.good(key), await own.good(key, { sub: 'bob' })];
    expect(await outcomeOf(own, one)).toBe('accepted');
    expect(await outcomeOf(own, two)).toBe('accepted');
    const added = await signingKey('key-2');
    keys.publish(key, added);
    expect(await outcomeOf(own, await own.good(added))).toBe('accepted');
    const checks = countChecks();
    expect(await outcomeOf(own, one)).toBe('accepted');
    expect(await outcomeOf(own, two)).toBe('accepted');
    expect(await outcomeOf(own, two)).toBe('accepted');
    expect(checks.count).toBe(2);
  });

  test('is not when the same keys were fetched again', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    const token = await own.good(key);
    expect(await outcomeOf(own, token)).toBe('accepted');
    const checks = countChecks();
    own.clock.pass(25 * 60_000);
    expect(await outcomeOf(own, token)).toBe('accepted');
    expect(keys.requests).toHaveLength(2);
    expect(checks.count).toBe(0);
  });

  test('says nothing for one that differs in a letter', async () => {
    const own = await gate(await keyServer(key));
    const token = await own.good(key);
    expect(await outcomeOf(own, token)).toBe('accepted');
    const [header, claims, signature = ''] = token.split('.');
    const other = signature.startsWith('A') ? 'B' : 'A';
    const changed = `${header}.${claims}.${other}${signature.slice(1)}`;
    expect(await outcomeOf(own, changed)).toBe('refused');
  });

  test('what was refused is not remembered', async () => {
    const own = await gate(await keyServer(key));
    const token = await own.good(key, { nbf: own.clock.in(60) });
    expect(await outcomeOf(own, token)).toBe('refused');
    own.clock.pass(60_000);
    expect(await outcomeOf(own, token)).toBe('accepted');
  });
});

type Settle = (value: boolean | PromiseLike<boolean>) => void;

/** What queries of some databases are: they can be awaited, and are no promises. */
function thenableOf(run: (settle: Settle) => unknown): PromiseLike<boolean> {
  // biome-ignore lint/suspicious/noThenProperty: it is about these.
  return { then: (settle: Settle) => void run(settle) } as unknown as PromiseLike<boolean>;
}

describe('isRevoked', () => {
  test('is asked about every request, with the claims', async () => {
    const revoked = new Set<unknown>();
    const asked: unknown[] = [];
    const own = await gate(await keyServer(key), {
      isRevoked({ jti }) {
        asked.push(jti);
        return revoked.has(jti);
      },
    });
    const token = await own.good(key, { jti: 'one' });
    expect(await outcomeOf(own, token)).toBe('accepted');
    expect(await outcomeOf(own, token)).toBe('accepted');
    revoked.add('one');
    expect(await own.present(token)).toEqual({
      outcome: 'refused',
      description: 'The token has been revoked',
    });
    revoked.clear();
    expect(await outcomeOf(own, token)).toBe('accepted');
    expect(asked).toEqual(['one', 'one', 'one', 'one']);
  });

  test('is not asked about what is no good anyway', async () => {
    const asked: unknown[] = [];
    const isRevoked = (claims: unknown) => asked.push(claims) < 0;
    const own = await gate(await keyServer(key), { isRevoked });
    expect(await outcomeOf(own, await own.good(key, { aud: 'other' }))).toBe('refused');
    expect(asked).toEqual([]);
  });

  test.each([undefined, null, 0, '', 'no', {}])('all but false is a yes: %j', async (answer) => {
    const own = await gate(await keyServer(key), { isRevoked: async () => answer as boolean });
    expect(await outcomeOf(own, await own.good(key))).toBe('refused');
  });

  test.each<[string, PromiseLike<boolean>]>([
    ['calls back at once, and gives nothing', thenableOf((settle) => settle(false))],
    ['calls back later', thenableOf((settle) => void setImmediate(settle, false))],
    ['calls back twice', thenableOf((settle) => [settle(false), settle(true)])],
    ['gives another', thenableOf((settle) => settle(Promise.resolve(false)))],
  ])('may give what can be awaited alone, and %s', async (_how, answer) => {
    const own = await gate(await keyServer(key), { isRevoked: () => answer as Promise<boolean> });
    const token = await own.good(key);
    expect(await outcomeOf(own, token)).toBe('accepted');
    expect(await outcomeOf(own, token)).toBe('accepted');
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
  ])('one that %s: nobody comes in, and the error is told', async (_how, isRevoked) => {
    const own = await gate(await keyServer(key), { isRevoked });
    const token = await own.good(key);
    for (let n = 0; n < 2; n += 1) {
      await expect(own.present(token)).rejects.toThrow(/^no database$/);
    }
  });
});

describe('what goes with an accepted token', () => {
  test('its end, for streams: tolerance included', async () => {
    const own = await gate(await keyServer(key), { clockTolerance: '10s' });
    const exp = own.clock.in(60);
    expect(await own.present(await own.good(key, { exp }))).toMatchObject({
      outcome: 'accepted',
      expiresAt: (exp + 10) * 1000,
    });
  });

  test('closeOnExpiry: false: none', async () => {
    const own = await gate(await keyServer(key), { closeOnExpiry: false });
    expect(await own.present(await own.good(key))).not.toHaveProperty('expiresAt');
  });

  test('nothing of the token itself', async () => {
    const own = await gate(await keyServer(key));
    const token = await own.good(key);
    const told = inspect(await own.present(token), { depth: null, showHidden: true });
    expect(told).toContain('alice');
    for (const part of token.split('.')) expect(told).not.toContain(part);
  });
});
