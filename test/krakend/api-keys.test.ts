import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ENDPOINT, EXTRA, pathOf, SERVICE } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';
import { type Change, changed, runningWith } from './support/running.ts';

const SHARED = [...SERVICE, 'auth/api-keys'];
const OWN = [...EXTRA, 'auth/api-keys'];

const KEYS = {
  identifier: 'X-Key',
  keys: [
    { key: 'one', roles: ['admin', 'user'] },
    { key: 'two', roles: ['user'] },
    { key: 'three', roles: ['guest'] },
  ],
};

const as = (key: string, others: Record<string, string> = {}) => ({
  headers: { 'X-Key': key, ...others },
});

describe('the role of a key', () => {
  const propagated = (roles: readonly string[], role = 'X-Role'): Change[] => [
    [SHARED, { ...KEYS, propagate_role: role }],
    [OWN, { roles }],
    [[...ENDPOINT, 'input_headers'], ['X-Role']],
  ];

  test('goes to the backend: the first of the key that the endpoint takes', async () => {
    const { ask, upstream } = await runningWith(propagated(['user', 'admin']));
    await ask(as('one', { 'X-Role': 'root' }));
    await ask(as('two', { X_Role: 'root' }));
    const roles = upstream.seen.map(({ headers }) => headers['x-role']);
    expect(roles).toEqual(['admin', 'user']);
    expect(upstream.seen[1]?.headers).not.toHaveProperty('x_role');
    expect(upstream.seen[1]?.headers).not.toHaveProperty('x-key');
  });

  test('is ANY where the endpoint takes every key', async () => {
    const { ask, upstream, statuses } = await runningWith(propagated([]));
    await ask(as('three', { 'X-Role': 'admin' }));
    expect(upstream.seen.map(({ headers }) => headers['x-role'])).toEqual(['ANY']);
    expect(await statuses([{}, as('four')])).toEqual([401, 401]);
  });

  test('is what tiers and expressions see, whatever a client writes there', async () => {
    const limit = { max_rate: 1, capacity: 1, every: '1h' };
    const { statuses } = await runningWith([
      ...propagated(['admin', 'user', 'guest']),
      [
        [...EXTRA, 'qos/ratelimit/tiered'],
        { tier_key: 'X-Role', tiers: [{ tier_value: 'user', ratelimit: limit }] },
      ],
      [[...EXTRA, 'validation/cel'], [{ check_expr: "!('guest' in req_headers['X-Role'])" }]],
    ]);
    const admin = { 'X-Role': 'admin' };
    expect(
      await statuses([
        as('two', admin),
        as('two', admin),
        as('one'),
        as('one'),
        as('three', admin),
      ]),
    ).toEqual([200, 429, 200, 200, 403]);
  });

  test('has a header of its own', () => {
    for (const [role, message] of [
      ['X Role', /name of a header/],
      ['x-key', /holds the key/],
    ] as const) {
      const { problems } = outcomeOf(changed(propagated(['admin'], role)));
      expect(problems).toMatchObject([
        { path: pathOf([...SHARED, 'propagate_role']), message: expect.stringMatching(message) },
      ]);
    }
  });

  test('is not propagated where the header is empty, as in KrakenD', () => {
    const { problems } = outcomeOf(
      changed([
        [SHARED, { ...KEYS, propagate_role: '' }],
        [OWN, { roles: ['admin'] }],
      ]),
    );
    expect(problems).toEqual([]);
  });

  test('that goes where KrakenD would not send it is worth a warning', () => {
    const { warnings } = outcomeOf(
      changed([
        [SHARED, { ...KEYS, propagate_role: 'X-Role' }],
        [OWN, { roles: ['admin'] }],
      ]),
    );
    expect(warnings).toContainEqual({
      path: pathOf([...SHARED, 'propagate_role']),
      message: expect.stringMatching(/not in input_headers/),
    });
  });
});

describe('client_max_rate', () => {
  test('limits each key by itself', async () => {
    const { statuses, upstream } = await runningWith([
      [SHARED, KEYS],
      [OWN, { roles: ['user'], client_max_rate: 0.001 }],
    ]);
    const one = as('one');
    expect(await statuses([one, one, as('two'), as('two'), one])).toEqual([
      200, 429, 200, 429, 429,
    ]);
    expect(upstream.seen).toHaveLength(2);
  });

  test('counts nothing for who has no key, or not the role', async () => {
    const { statuses } = await runningWith([
      [SHARED, KEYS],
      [OWN, { roles: ['admin'], client_max_rate: 0.001 }],
    ]);
    expect(await statuses([{}, as('four'), as('one'), as('one')])).toEqual([401, 401, 200, 429]);
  });
});

describe('where a key stands', () => {
  test('is a header of the endpoint, if that names one', async () => {
    const { statuses } = await runningWith([
      [SHARED, KEYS],
      [OWN, { roles: ['admin'], identifier: 'X-Own-Key', strategy: 'header' }],
    ]);
    expect(await statuses([as('one'), { headers: { 'X-Own-Key': 'one' } }])).toEqual([401, 200]);
  });

  test('is Authorization by default, behind Bearer', async () => {
    const { keys } = KEYS;
    const hashed = keys.map(({ key, roles }) => ({ key: hash('sha256', key, 'hex'), roles }));
    const { statuses } = await runningWith([
      [SHARED, { keys: hashed, hash: 'sha256' }],
      [OWN, { roles: ['admin'] }],
    ]);
    expect(
      await statuses([
        { headers: { authorization: 'Bearer one' } },
        { headers: { authorization: 'Bearer two' } },
        { headers: { authorization: `Bearer ${hashed[0]?.key}` } },
      ]),
    ).toEqual([200, 403, 401]);
  });

  test.each<[what: string, shared: object, own: object, path: readonly (string | number)[]]>([
    ['for all', { strategy: 'query_string' }, {}, [...SHARED, 'strategy']],
    ['for the endpoint', {}, { strategy: 'query_string' }, [...OWN, 'strategy']],
  ])('is never a URL, %s', (_what, shared, own, path) => {
    const { problems } = outcomeOf(
      changed([
        [SHARED, { ...KEYS, ...shared }],
        [OWN, { roles: ['admin'], ...own }],
      ]),
    );
    expect(problems).toMatchObject([
      { path: pathOf(path), message: expect.stringMatching(/ends up in logs/) },
    ]);
  });
});

test.each<[what: string, shared: object, own: object, path: readonly (string | number)[], RegExp]>([
  ['a hash that can be broken', { hash: 'sha1' }, {}, [...SHARED, 'hash'], /can be broken/],
  ['the hash of Go', { hash: 'fnv128' }, {}, [...SHARED, 'hash'], /can be broken/],
  ['salt', { salt: 'x' }, {}, [...SHARED, 'salt'], /without salt/],
  ['no keys', { keys: [] }, {}, [...SHARED, 'keys'], /write the keys/],
  ['no roles', {}, { roles: undefined }, [...OWN, 'roles'], /roles/],
])('%s is refused', (_what, shared, own, path, message) => {
  const values = JSON.parse(JSON.stringify({ roles: ['admin'], ...own }));
  const { problems } = outcomeOf(
    changed([
      [SHARED, { ...KEYS, ...shared }],
      [OWN, values],
    ]),
  );
  expect(problems).toContainEqual(
    expect.objectContaining({ path: pathOf(path), message: expect.stringMatching(message) }),
  );
});

test('keys that the document does not name are refused', () => {
  const alone = outcomeOf(changed([[OWN, { roles: ['admin'] }]]));
  expect(alone.problems[0]?.message).toMatch(/names no keys/);
});
