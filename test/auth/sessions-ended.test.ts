import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig, SessionStore } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { sessionServer } from './support/session-server.ts';
import { sessionGateway } from './support/users.ts';

const METHODS = ['POST', 'GET', 'DELETE'] as const;

async function begun(config: Partial<GatewayConfig> = {}) {
  const upstream = await sessionServer('session-1');
  const gateway = await sessionGateway(upstream.target, config);
  expect((await gateway.as('alice')).status).toBe(200);
  const statusFor = async (user: string) => (await gateway.as(user, 'session-1')).status;
  return { upstream, ...gateway, statusFor };
}

/** What a store of one's own may look like; `turn` is waited for before and after each call. */
function mapStore(turn: () => Promise<unknown> = async () => {}): SessionStore {
  const entries = new Map<string, string>();
  const slowly = async <Result>(call: () => Result): Promise<Result> => {
    await turn();
    const result = call();
    await turn();
    return result;
  };
  return {
    get: (key) => slowly(() => entries.get(key)),
    add: (key, value) =>
      slowly(() => {
        if (!entries.has(key)) entries.set(key, value);
        return entries.get(key) as string;
      }),
    delete: (key) => slowly(() => entries.delete(key)),
  };
}

describe.each<[string, () => Partial<GatewayConfig>]>([
  ['in this process', () => ({})],
  ['in a store of your own', () => ({ sessions: { store: mapStore() } })],
])('no answer takes a session from its owner, %s', (_, configured) => {
  test.each(METHODS)('not 404 to a %s', async (method) => {
    const { upstream, as, statusFor } = await begun(configured());
    upstream.status = 404;
    for (let i = 0; i < 3; i += 1) {
      const answer = await as('alice', 'session-1', { method });
      expect([answer.status, answer.body]).toEqual([404, '{}']);
    }
    expect(upstream.seen).toHaveLength(4);
    upstream.status = 200;
    expect(await statusFor('alice')).toBe(200);
    expect(await statusFor('bob')).toBe(404);
    expect(upstream.seen).toHaveLength(5);
  });

  test.each([200, 202, 204])('not a DELETE that is answered with %j', async (status) => {
    const { upstream, as, statusFor } = await begun(configured());
    upstream.status = status;
    expect((await as('alice', 'session-1', { method: 'DELETE' })).status).toBe(status);
    // The upstream says itself that it is over.
    upstream.status = 404;
    expect(await statusFor('alice')).toBe(404);
    expect(await statusFor('bob')).toBe(404);
    expect(upstream.seen).toHaveLength(3);
  });

  test.each([...METHODS.map((method) => [method, 404] as const), ['DELETE', 204] as const])(
    'behind a %s answered with %j the upstream may give it to another',
    async (method, status) => {
      const { upstream, as, statusFor } = await begun(configured());
      upstream.status = status;
      await as('alice', 'session-1', { method });
      upstream.status = 200;
      expect((await as('bob')).status).toBe(200);
      expect(await statusFor('bob')).toBe(200);
      expect(await statusFor('alice')).toBe(404);
      // It is bob's now as it was alice's before.
      expect(reasonOf(await as('alice'))).toBe('upstream_invalid');
      expect(await statusFor('bob')).toBe(200);
    },
  );

  test.each([400, 405, 500])('a DELETE answered with %j ends nothing', async (status) => {
    const { upstream, as, statusFor } = await begun(configured());
    upstream.status = status;
    await as('alice', 'session-1', { method: 'DELETE' });
    upstream.status = 200;
    expect((await as('bob')).status).toBe(502);
    expect(await statusFor('alice')).toBe(200);
  });

  test('nobody else gets it by asking for it; only the upstream gives it', async () => {
    const { upstream, as, statusFor } = await begun(configured());
    upstream.status = 404;
    await as('alice', 'session-1', { method: 'GET' });
    upstream.ids = ['session-2'];
    for (const method of METHODS) {
      expect(reasonOf(await as('bob', 'session-1', { method }))).toBe('session_not_found');
    }
    expect((await as('bob')).status).toBe(200);
    upstream.status = 200;
    expect(await statusFor('alice')).toBe(200);
    expect(await statusFor('bob')).toBe(404);
  });

  test('a session that is used again has not ended', async () => {
    const { upstream, as, statusFor } = await begun(configured());
    upstream.status = 404;
    await as('alice', 'session-1', { method: 'GET' });
    upstream.status = 200;
    expect(await statusFor('alice')).toBe(200);
    expect(reasonOf(await as('bob'))).toBe('upstream_invalid');
    expect(await statusFor('alice')).toBe(200);
  });

  test('nor has one that its owner was given anew', async () => {
    const { upstream, as, statusFor } = await begun(configured());
    await as('alice', 'session-1', { method: 'DELETE' });
    upstream.status = 404;
    await as('alice', 'session-1');
    expect((await as('alice')).status).toBe(200);
    expect(reasonOf(await as('bob'))).toBe('upstream_invalid');
    upstream.status = 200;
    expect(await statusFor('alice')).toBe(200);
  });
});

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'one of two users gets a session that ended, in whatever order two processes move it (%j)',
  async (seed) => {
    let random = seed + 1;
    const turn = async () => {
      random = (random * 48_271) % 2_147_483_647;
      for (let i = random % 4; i > 0; i -= 1) await new Promise(setImmediate);
    };
    const sessions = { store: mapStore(turn) };
    const { upstream, as, statusFor } = await begun({ sessions });
    const other = await sessionGateway(upstream.target, { sessions });
    await as('alice', 'session-1', { method: 'DELETE' });
    const [bob, carol] = await Promise.all([as('bob'), other.as('carol')]);
    expect([bob.status, carol.status].sort((one, other) => one - other)).toEqual([200, 502]);
    expect(await statusFor('bob')).toBe(bob.status === 200 ? 200 : 404);
    expect(await statusFor('carol')).toBe(carol.status === 200 ? 200 : 404);
    expect(await statusFor('alice')).toBe(404);
  },
);

test('a call that was under way when its session ended does not bring the session back', async () => {
  const calls = new EventEmitter();
  const upstream = await recordingUpstream((req, res) => {
    if (req.headers['mcp-session-id'] === undefined) res.setHeader('Mcp-Session-Id', 'session-1');
    if (req.headers['mcp-name'] === 'slow') calls.emit('call', res);
    else res.writeHead(req.method === 'DELETE' ? 204 : 200).end();
  });
  const { as } = await sessionGateway(upstream.target);
  await as('alice');
  const arrived = once(calls, 'call');
  const call = as('alice', 'session-1', { headers: { 'Mcp-Name': 'slow' } });
  const [held] = await arrived;
  await as('alice', 'session-1', { method: 'DELETE' });
  held.end('{}');
  expect((await call).status).toBe(200);
  expect((await as('bob')).status).toBe(200);
  expect((await as('bob', 'session-1')).status).toBe(200);
});

describe.each(METHODS)('a %s answered with 404 at one of two processes', (method) => {
  async function answered404() {
    const sessions = { store: mapStore() };
    const { upstream, as, statusFor } = await begun({ sessions });
    const other = await sessionGateway(upstream.target, { sessions });
    upstream.status = 404;
    await as('alice', 'session-1', { method });
    upstream.status = 200;
    return { as, statusFor, other };
  }

  test('and good ones at the other: the session goes on, and does not move', async () => {
    const { as, statusFor, other } = await answered404();
    expect((await other.as('alice', 'session-1')).status).toBe(200);
    for (const gateway of [{ as }, other]) {
      expect(reasonOf(await gateway.as('bob'))).toBe('upstream_invalid');
    }
    expect(await statusFor('alice')).toBe(200);
    expect(await statusFor('bob')).toBe(404);
  });

  test('and none since: it moves at the other as well', async () => {
    const { statusFor, other } = await answered404();
    expect((await other.as('bob')).status).toBe(200);
    expect(await statusFor('bob')).toBe(200);
    expect(await statusFor('alice')).toBe(404);
  });
});

test('a session does not move by the answer to a request within another', async () => {
  const upstream = await recordingUpstream((req, res) => {
    const id = req.headers['mcp-session-id'] === undefined ? req.headers['x-user'] : 'alice';
    res.setHeader('Mcp-Session-Id', String(id));
    res.writeHead(req.headers['x-user'] === undefined ? 404 : 200).end('{}');
  });
  const { as } = await sessionGateway(upstream.target, { headers: { forward: ['X-User'] } });
  await as('alice');
  await as('bob');
  await as('alice', 'alice', { method: 'DELETE' });
  expect(reasonOf(await as('bob', 'bob'))).toBe('upstream_invalid');
  expect((await as('alice', 'alice')).status).toBe(200);
});

describe('one store for two endpoints', () => {
  test('keeps apart what two upstreams call by the same id', async () => {
    const store = mapStore();
    const upstreams = [await sessionServer('predictable-1'), await sessionServer('predictable-1')];
    const [a, b] = await Promise.all(
      upstreams.map(({ target }) => sessionGateway(target, { sessions: { store } })),
    );
    expect((await b?.as('bob'))?.status).toBe(200);
    expect((await a?.as('bob', 'predictable-1'))?.status).toBe(404);
    expect((await a?.as('ada'))?.status).toBe(200);
    expect((await a?.as('ada', 'predictable-1'))?.status).toBe(200);
    expect((await b?.as('ada', 'predictable-1'))?.status).toBe(404);
    expect((await b?.as('bob', 'predictable-1'))?.status).toBe(200);
  });

  test('handlers in this process are told apart by their public URLs', async () => {
    const store = mapStore();
    const gatewayAt = (publicUrl: string) =>
      sessionGateway(
        (_req, res) => void res.writeHead(200, { 'Mcp-Session-Id': 'predictable-1' }).end('{}'),
        { sessions: { store }, publicUrl },
      );
    const a = await gatewayAt('https://gateway.example/a');
    const b = await gatewayAt('https://gateway.example/b');
    expect((await a.as('ada')).status).toBe(200);
    expect((await b.as('bob')).status).toBe(200);
    expect((await a.as('bob', 'predictable-1')).status).toBe(404);
    expect((await b.as('ada', 'predictable-1')).status).toBe(404);
  });

  test('two mounts of one upstream have its sessions in common', async () => {
    const store = mapStore();
    const { target } = await sessionServer('session-1');
    const gatewayAt = (publicUrl: string) =>
      sessionGateway(target, { sessions: { store }, publicUrl });
    const a = await gatewayAt('https://gateway.example/a');
    const b = await gatewayAt('https://gateway.example/b');
    await a.as('ada');
    expect((await b.as('ada', 'session-1')).status).toBe(200);
    expect((await b.as('bob')).status).toBe(502);
  });
});
