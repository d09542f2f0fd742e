import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { fresh, gate, outcomeOf, until } from '../support/jwt/gate.ts';
import { keyServer, signingKey } from '../support/jwt/issuer.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const key = await signingKey('key-1');
const next = await signingKey('key-2');

describe('when an issuer rotates its keys', () => {
  test('the first token with a new key: one fetch for all who wait', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
    keys.publish(key, next);
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, n) => own.good(next, { n })));
    const outcomes = await Promise.all(tokens.map((token) => outcomeOf(own, token)));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(keys.requests).toHaveLength(2);
  });

  test('cold: one fetch for all who wait as well', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, n) => own.good(key, { n })));
    const outcomes = await Promise.all(tokens.map((token) => outcomeOf(own, token)));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    expect(keys.requests).toHaveLength(1);
  });

  test('a new key under the old name, and under none', async () => {
    for (const kid of ['key-1', undefined]) {
      const [old, young] = [await signingKey(kid), await signingKey(kid)];
      const keys = await keyServer(old);
      const own = await gate(keys);
      expect(await outcomeOf(own, await own.good(old))).toBe('accepted');
      keys.publish(young);
      expect(await outcomeOf(own, await own.good(young))).toBe('accepted');
    }
  });

  test('a flood of one unknown key: one fetch in 30 s, and none while the server is down', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
    const flood = async () => {
      for (let n = 0; n < 20; n += 1) {
        expect(await outcomeOf(own, await own.good(next, { n }, { kid: 'key-3' }))).toBe('refused');
      }
      return keys.requests.length;
    };
    expect(await flood()).toBe(2);
    own.clock.pass(29_999);
    expect(await flood()).toBe(2);
    own.clock.pass(1);
    expect(await flood()).toBe(3);
    keys.goDown();
    own.clock.pass(30_000);
    expect(await flood()).toBe(4);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
  });

  test.each<[string, Record<string, unknown>]>([
    ['for another audience', { aud: 'https://other.example' }],
    ['for no audience', { aud: undefined }],
    ['that has expired', { exp: 1 }],
    ['that does not expire', { exp: undefined }],
    ['that is not valid yet', { nbf: 4_000_000_000 }],
    ['without a subject', { sub: undefined }],
    ['from another issuer', { iss: 'https://other.example' }],
  ])(
    'a token %s does not delay a new key for others: no key is fetched for it',
    async (_, claims) => {
      const keys = await keyServer(key);
      const own = await gate(keys);
      expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
      expect(await outcomeOf(own, await own.good(next, claims))).toBe('refused');
      expect(keys.requests).toHaveLength(1);
      keys.publish(key, next);
      expect(await outcomeOf(own, await own.good(next))).toBe('accepted');
      expect(keys.requests).toHaveLength(2);
    },
  );

  test('a made-up token that looks good delays a new key by 5 s at most', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
    const madeUp = async (n: number) => own.good(next, { sub: `nobody ${n}` }, { kid: 'key-2' });
    expect(await outcomeOf(own, await madeUp(0))).toBe('refused');
    keys.publish(key, next);
    own.clock.pass(4999);
    expect(await outcomeOf(own, await own.good(next))).toBe('refused');
    own.clock.pass(1);
    expect(await outcomeOf(own, await own.good(next, { sub: 'bob' }))).toBe('accepted');
    expect(await outcomeOf(own, await own.good(next))).toBe('accepted');
    expect(keys.requests).toHaveLength(3);
  });

  test.each([1, 2500, 4999])(
    'also for the one client that has asked %d ms after it',
    async (ms) => {
      const keys = await keyServer(key);
      const own = await gate(keys);
      expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
      const madeUp = await own.good(next, { sub: 'nobody' }, { kid: 'key-3' });
      expect(await outcomeOf(own, madeUp)).toBe('refused');
      keys.publish(key, next);
      own.clock.pass(ms);
      expect(await outcomeOf(own, await own.good(next))).toBe('refused');
      own.clock.pass(5000 - ms);
      expect(await outcomeOf(own, await own.good(next))).toBe('accepted');
      expect(keys.requests).toHaveLength(3);
    },
  );

  test('and for one that has waited for the same keys, which were older than its own', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
    const asked = new Promise<() => void>((resolve) => {
      keys.answer = (_req, res) => resolve(() => res.end(JSON.stringify({ keys: [key.jwk] })));
    });
    const madeUp = outcomeOf(own, await own.good(next, { sub: 'nobody' }, { kid: 'key-3' }));
    const release = await asked;
    const early = outcomeOf(own, await own.good(next));
    // Its token is checked with the older keys before it waits for newer ones.
    await setTimeout(50);
    keys.publish(key, next);
    release();
    expect(await Promise.all([madeUp, early])).toEqual(['refused', 'refused']);
    own.clock.pass(5000);
    expect(await outcomeOf(own, await own.good(next))).toBe('accepted');
  });

  test('a flood of ever new made-up tokens: one fetch in 5 s, and a new key is taken', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    expect(await outcomeOf(own, await own.good(key))).toBe('accepted');
    for (let second = 0; second < 12; second += 1) {
      const claims = Array.from({ length: 5 }, (_, n) => ({ sub: `nobody ${second} ${n}` }));
      for (const about of claims) {
        const token = await own.good(next, about, { kid: `${about.sub}` });
        expect(await outcomeOf(own, token)).toBe('refused');
      }
      if (second === 7) keys.publish(key, next);
      own.clock.pass(1000);
    }
    // At the start, at 0, 5 and 10 s.
    expect(keys.requests).toHaveLength(4);
    expect(await outcomeOf(own, await own.good(next))).toBe('accepted');
  });

  test('a key that was withdrawn is refused when the keys are fetched again', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    const tokens = fresh(own, key);
    const remembered = (await tokens.next()).value;
    expect(await outcomeOf(own, remembered)).toBe('accepted');
    keys.publish(next);
    // In the background after 10 minutes, without anybody having to wait.
    own.clock.pass(10 * MINUTE);
    expect(await outcomeOf(own, remembered)).toBe('accepted');
    await until(async () => (await outcomeOf(own, remembered)) === 'refused');
    expect(await outcomeOf(own, (await tokens.next()).value)).toBe('refused');
  });

  test('and refused at once where nobody has looked for long, even after an outage', async () => {
    const keys = await keyServer(key);
    const own = await gate(keys);
    const tokens = fresh(own, key);
    const remembered = (await tokens.next()).value;
    expect(await outcomeOf(own, remembered)).toBe('accepted');
    keys.goDown();
    own.clock.pass(HOUR);
    expect(await outcomeOf(own, remembered)).toBe('accepted');
    keys.publish(key, next);
    own.clock.pass(HOUR);
    const later = await own.good(next);
    await until(async () => (await outcomeOf(own, later)) === 'accepted');
    keys.publish(next);
    own.clock.pass(HOUR);
    expect(await outcomeOf(own, remembered)).toBe('refused');
  });
});

test('while they are fetched in the background, nobody waits', async () => {
  const keys = await keyServer(key);
  const own = await gate(keys);
  const tokens = fresh(own, key);
  expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
  const asked = new Promise<() => void>((resolve) => {
    keys.answer = (_req, res) => resolve(() => res.end(JSON.stringify({ keys: [next.jwk] })));
  });
  own.clock.pass(10 * MINUTE);
  expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
  const release = await asked;
  expect(await outcomeOf(own, (await tokens.next()).value)).toBe('accepted');
  release();
  const late = await own.good(next);
  await until(async () => (await outcomeOf(own, late)) === 'accepted');
  expect(keys.requests).toHaveLength(2);
});
