import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { leastBusyOfTwo } from '../../src/targets/least-busy.ts';
import { rendezvous } from '../../src/targets/rendezvous.ts';

/** A number that a random source may give. */
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** Random numbers that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Whether `count` of `total` may come of a probability: within five standard deviations of the binomial
 * distribution, beyond which one of a million lies.
 */
function expectShare(count: number, total: number, probability: number): void {
  const deviation = Math.sqrt(total * probability * (1 - probability));
  expect(Math.abs(count - total * probability)).toBeLessThanOrEqual(5 * deviation);
}

describe('the least busy of two', () => {
  const candidates = fc.array(
    fc.record({ weight: fc.integer({ min: 1, max: 5 }), open: fc.nat(20) }),
    { minLength: 1, maxLength: 8 },
  );

  test('is none of none, and one of one, without a draw', () => {
    const never = () => {
      throw new Error('There is nothing to draw');
    };
    const only = { weight: 1, open: 1000 };
    expect(leastBusyOfTwo([], never)).toBeUndefined();
    expect(leastBusyOfTwo([only], never)).toBe(only);
  });

  test('is never the busiest for its weight, where others are less busy', () => {
    fc.assert(
      fc.property(candidates, chance, chance, (list, one, other) => {
        const draws = [one, other];
        const chosen = leastBusyOfTwo(list, () => draws.pop() ?? 0);
        if (chosen === undefined) throw new Error('There are some');
        const load = chosen.open / chosen.weight;
        const loads = list
          .filter((each) => each !== chosen)
          .map(({ open, weight }) => open / weight);
        // Whichever was drawn besides, it was another one, and not less busy.
        if (loads.length > 0) expect(load).toBeLessThanOrEqual(Math.max(...loads));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([0, 0.999_999_999])(
    'of two is the less busy one, whatever the chance: %d',
    (random) => {
      const busy = { weight: 2, open: 5 };
      const idle = { weight: 1, open: 2 };
      expect(leastBusyOfTwo([busy, idle], () => random)).toBe(idle);
      expect(leastBusyOfTwo([idle, busy], () => random)).toBe(idle);
    },
  );

  test('where all are as busy, each gets a share by its weight', () => {
    const list = [1, 2, 3, 4].map((weight) => ({ weight, open: 0, count: 0 }));
    const random = seeded(1);
    for (let i = 0; i < 20_000; i += 1) {
      const chosen = leastBusyOfTwo(list, random);
      if (chosen) chosen.count += 1;
    }
    for (const { weight, count } of list) expectShare(count, 20_000, weight / 10);
  });

  test('the second one is drawn by weight among the others', () => {
    // All but the first are idle, so that they win whenever one of them is drawn second.
    const list = [
      { weight: 4, open: 100, count: 0 },
      { weight: 3, open: 0, count: 0 },
      { weight: 1, open: 0, count: 0 },
    ];
    const random = seeded(2);
    for (let i = 0; i < 20_000; i += 1) {
      const chosen = leastBusyOfTwo(list, random);
      if (chosen) chosen.count += 1;
    }
    // Each wins where it is drawn first (3/8), or behind the busy one (4/8 of the time, then 3/4).
    const shares = [0, 3 / 8 + (4 / 8) * (3 / 4), 1 / 8 + (4 / 8) * (1 / 4)];
    for (const [i, share] of shares.entries()) {
      expectShare(list[i]?.count ?? Number.NaN, 20_000, share);
    }
  });

  test('of two, requests that stay are spread by weight', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (one, other) => {
        const list = [one, other].map((weight) => ({ weight, open: 0 }));
        const random = seeded(one + 10 * other);
        for (let i = 0; i < 200; i += 1) {
          const chosen = leastBusyOfTwo(list, random);
          if (chosen) chosen.open += 1;
          const [a, b] = list.map(({ open }) => open) as [number, number];
          // The one with less for its weight gets the next request, which is 1 / weight of its load.
          expect(Math.abs(a * other - b * one)).toBeLessThanOrEqual(Math.max(one, other));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('rendezvous', () => {
  const hosts = fc
    .uniqueArray(fc.nat(200), { minLength: 1, maxLength: 8 })
    .chain((numbers) =>
      fc.tuple(
        ...numbers.map((n) =>
          fc.record({ n: fc.constant(n), weight: fc.integer({ min: 1, max: 5 }) }),
        ),
      ),
    )
    .map((list) =>
      list.map(({ n, weight }) => ({ url: new URL(`https://host-${n}.example/mcp`), weight })),
    );
  const keys = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 20 });
  const RUNS = { numRuns: 1_000 };

  test('is none of none', () => {
    expect(rendezvous('key', [])).toBeUndefined();
  });

  test('does not depend on the order of the list', () => {
    fc.assert(
      fc.property(hosts, keys, fc.infiniteStream(chance), (list, names, chances) => {
        const shuffled = list
          .map((host) => ({ host, at: chances.next().value ?? 0 }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ host }) => host);
        for (const key of names) expect(rendezvous(key, shuffled)).toBe(rendezvous(key, list));
      }),
      RUNS,
    );
  });

  test('a host that goes leaves its own keys to others, and no other key moves', () => {
    fc.assert(
      fc.property(hosts, keys, fc.nat(), (list, names, n) => {
        const gone = list[n % list.length];
        const left = list.filter((host) => host !== gone);
        for (const key of names) {
          const before = rendezvous(key, list);
          const after = rendezvous(key, left);
          if (before !== gone) expect(after).toBe(before);
          else expect(after).not.toBe(gone);
        }
      }),
      RUNS,
    );
  });

  test('a host that comes, or weighs more, takes keys from others and moves none between them', () => {
    fc.assert(
      fc.property(hosts, keys, fc.nat(), (list, names, n) => {
        const grown = list[n % list.length];
        const heavier = list.map((host) =>
          host === grown ? { url: host.url, weight: host.weight + 1 } : host,
        );
        for (const key of names) {
          const before = rendezvous(key, list)?.url;
          const after = rendezvous(key, heavier)?.url;
          if (after !== grown?.url) expect(after).toBe(before);
        }
      }),
      RUNS,
    );
  });

  const WEIGHTS = [1, 1, 2, 4, 8];
  const TOTAL = 20_000;
  const list = WEIGHTS.map((weight, i) => ({ url: new URL(`http://10.0.0.${i}:80/mcp`), weight }));
  const subjects = Array.from({ length: TOTAL }, (_, i) => `user-${i}`);

  test('each host gets a share of the keys by its weight', () => {
    const homes = Map.groupBy(subjects, (key) => rendezvous(key, list));
    for (const host of list) expectShare(homes.get(host)?.length ?? 0, TOTAL, host.weight / 16);
  });

  test('a host that comes takes its share', () => {
    const added = { url: new URL('http://10.0.0.9/mcp'), weight: 4 };
    const moved = subjects.filter((key) => rendezvous(key, [...list, added]) === added);
    expectShare(moved.length, TOTAL, 4 / 20);
  });

  test('is the same in every process and version: keys stay where they are', () => {
    const urls = ['a', 'b', 'c'].map((name) => new URL(`https://${name}.example/mcp`));
    const three = urls.map((url) => ({ url, weight: 1 }));
    expect(
      ['alice', 'bob', 'carol', 'dave', '', 'Zoë', 'x\ny'].map(
        (key) => rendezvous(key, three)?.url.host[0],
      ),
    ).toEqual(['b', 'b', 'b', 'a', 'a', 'c', 'c']);
  });
});
