import { describe, expect, test } from '@jest/globals';
import type { LimitKey } from '../../src/index.ts';
import { call, message } from '../support/messages.ts';
import { byHeader, limited, type Sender } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const PING = message('ping');
const AUTH = { auth: byHeader, sessions: false } as const;

/** Under how many keys these are counted. */
async function keysOf(by: LimitKey | LimitKey[], requests: readonly [string, Sender][]) {
  const store = new TestStore();
  const isUsers = requests.some(([, { user }]) => user !== undefined);
  const limit = { limit: 1000, window: '1h', by, store };
  const { send } = await limited(limit, isUsers ? AUTH : {});
  for (const [body, from] of requests) expect((await send(body, from)).status).toBe(200);
  return [...store.counts.keys()];
}

describe('by address', () => {
  test('one for IPv4, in every spelling (mapped addresses are not all one)', async () => {
    const spellings = ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201', '192.0.2.1:99'];
    const own = spellings.map((ip): [string, Sender] => [PING, { ip }]);
    expect(await keysOf('ip', own)).toHaveLength(1);
    expect(await keysOf('ip', [...own, [PING, { ip: '::ffff:192.0.2.2' }]])).toHaveLength(2);
  });

  test('one for a /56 of IPv6, which is what one customer gets', async () => {
    const inside = ['2001:db8:0:aa00::1', '2001:db8:0:aaff::', '2001:DB8:0:aa12:3:4:5:6'];
    const own = inside.map((ip): [string, Sender] => [PING, { ip }]);
    expect(await keysOf('ip', own)).toHaveLength(1);
    expect(await keysOf('ip', [...own, [PING, { ip: '2001:db8:0:ab00::1' }]])).toHaveLength(2);
  });

  test('X-Forwarded-For of a proxy that is not trusted changes nothing', async () => {
    const { statuses } = await limited({ limit: 1, window: '1h' }, {}, (app) =>
      app.set('trust proxy', false),
    );
    expect(await statuses([PING], { ip: '192.0.2.1' })).toEqual([200]);
    expect(await statuses([PING], { ip: '192.0.2.2' })).toEqual([429]);
  });
});

describe('by user', () => {
  test('wherever it comes from; users of one name at two issuers are two', async () => {
    const requests: [string, Sender][] = [
      [PING, { user: 'a', ip: '192.0.2.1' }],
      [PING, { user: 'a', ip: '192.0.2.2' }],
    ];
    expect(await keysOf('user', requests)).toHaveLength(1);
    const another: Sender = { user: 'a', headers: { 'X-Issuer': 'https://other' } };
    expect(await keysOf('user', [...requests, [PING, another]])).toHaveLength(2);
  });

  test('the address stands for a user that is missing', async () => {
    const from = (ip: string): [string, Sender] => [PING, { ip }];
    expect(await keysOf('user', [from('192.0.2.1'), from('192.0.2.1')])).toHaveLength(1);
    expect(await keysOf('user', [from('192.0.2.1'), from('192.0.2.2')])).toHaveLength(2);
  });

  test('no user can be named so that it is counted as an address, or as another', async () => {
    const store = new TestStore();
    const limit = { limit: 9, window: '1h', by: 'user', store } as const;
    const users = ['ip 192.0.2.1', '192.0.2.1', 'user ["x","y"]', '","', 'y'];
    const { send } = await limited(limit, {
      auth: [(req) => (req.headers['x-user'] === undefined ? null : byHeader(req))],
      sessions: false,
    });
    for (const user of users) await send(PING, { user, ip: '192.0.2.1' });
    await limited(limit).then((open) => open.send(PING, { ip: '192.0.2.1' }));
    expect(store.counts.size).toBe(users.length + 1);
  });
});

describe('by session', () => {
  test('each session; the address for what has none', async () => {
    const session = (id: string | undefined, ip: string): [string, Sender] => [
      PING,
      { ip, ...(id !== undefined && { session: id }) },
    ];
    const keys = await keysOf('session', [
      session('a', '192.0.2.1'),
      session('a', '192.0.2.2'),
      session('b', '192.0.2.1'),
      session(undefined, '192.0.2.1'),
      session(undefined, '192.0.2.1'),
    ]);
    expect(keys).toHaveLength(3);
  });
});

describe('by tool', () => {
  test('each tool, whatever it is called with; nothing but tools', async () => {
    const { statuses } = await limited({ limit: 1, window: '1h', by: 'tool' });
    const bodies = [call('a'), call('a', { args: '{"x":1}' }), call('b'), call('A')];
    expect(await statuses(bodies)).toEqual([200, 429, 200, 200]);
    const others = [PING, PING, message('tools/list'), message('prompts/get', '{"name":"a"}')];
    expect(await statuses(others)).toEqual([200, 200, 200, 200]);
  });

  test('together with the user, each tool of each user', async () => {
    const { statuses } = await limited({ limit: 1, window: '1h', by: ['user', 'tool'] }, AUTH);
    expect(await statuses([call('a'), call('a'), call('b')], { user: 'x' })).toEqual([
      200, 429, 200,
    ]);
    expect(await statuses([call('a'), call('b')], { user: 'y' })).toEqual([200, 200]);
  });

  test('nobody can make the parts of a key run into each other', async () => {
    const by: LimitKey[] = ['session', 'tool'];
    const pairs = [
      ['a', 'b c'],
      ['a b', 'c'],
      ['a","tool b', 'c'],
      ['a', 'b","tool c'],
      ['a tool b', 'c'],
    ] as const;
    const keys = await keysOf(
      by,
      pairs.map(([session, tool]) => [call(tool), { session }]),
    );
    expect(keys).toHaveLength(pairs.length);
  });
});

describe('by a function', () => {
  test('it is told who asks, and its texts are apart from everything else', async () => {
    const keys = await keysOf(
      ({ headers }) => String(headers['x-tenant']),
      [
        [PING, { ip: '192.0.2.1', headers: { 'X-Tenant': 'a' } }],
        [PING, { ip: '192.0.2.2', headers: { 'X-Tenant': 'a' } }],
        [PING, { ip: '192.0.2.1', headers: { 'X-Tenant': 'b' } }],
      ],
    );
    expect(keys).toHaveLength(2);
  });

  test('it knows the principal, and in a list the rest counts as well', async () => {
    const seen: unknown[] = [];
    const by: LimitKey[] = [
      ({ principal, mcp }) => {
        seen.push([principal?.subject, mcp?.name]);
        return 'all';
      },
      'tool',
    ];
    const { statuses } = await limited({ limit: 1, window: '1h', by }, AUTH);
    expect(await statuses([call('a'), call('b'), call('a')], { user: 'x' })).toEqual([
      200, 200, 429,
    ]);
    expect(seen).toEqual([
      ['x', 'a'],
      ['x', 'b'],
      ['x', 'a'],
    ]);
  });

  test.each([
    ['throws', () => JSON.parse('{')],
    ['gives nothing', () => undefined],
    ['gives no text', () => 5],
  ])('one that %s lets nothing pass', async (_what, by) => {
    const { send, upstream, errors } = await limited({
      limit: 9,
      window: '1h',
      by: by as LimitKey,
    });
    expect((await send(PING)).status).toBe(500);
    expect([upstream.seen.length, errors[0]?.reason]).toEqual([0, 'internal_error']);
  });
});

test('a store is told no session, user, tool or address, and keys of one length', async () => {
  const store = new TestStore();
  const by: LimitKey[] = ['session', 'user', 'tool', 'ip'];
  const { send } = await limited({ limit: 9, window: '1h', by, store, name: 'all' }, AUTH);
  const secret = { session: 'secret-session', user: 'secret-user', ip: '192.0.2.77' };
  await send(call('secret-tool'), secret);
  await send(call('x'.repeat(5000)), { ...secret, session: 'y'.repeat(5000) });
  const keys = [...store.counts.keys()];
  expect(keys).toEqual([
    expect.stringMatching(/^all:[\w-]{43}$/),
    expect.stringMatching(/^all:[\w-]{43}$/),
  ]);
});
