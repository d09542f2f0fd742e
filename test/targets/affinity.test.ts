import { describe, expect, test } from '@jest/globals';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { beginSession, fromWhom, type Instance, instances } from './support.ts';

const urlsOf = (all: readonly Instance[]) => all.map(({ url }) => url);

describe('a session stays at the target that began it', () => {
  test('POST, GET and DELETE of each go there, and nowhere else', async () => {
    const all = await instances(3);
    const { port } = await startGateway({ target: urlsOf(all) });
    const sessions = [];
    for (let i = 0; i < 12; i++) sessions.push(await beginSession(port));
    expect(new Set(sessions.map(({ home }) => home)).size).toBeGreaterThan(1);
    for (const session of sessions) {
      expect(fromWhom(await session.send())).toBe(session.home);
      const stream = await session.stream();
      expect((await session.send({ method: 'DELETE' })).status).toBe(204);
      stream.socket.destroy();
    }
    for (const instance of all) {
      const own = sessions.filter(({ home }) => home === instance.name).length;
      for (const kind of ['POST initialize', 'POST ping', 'GET', 'DELETE']) {
        expect([kind, instance.seen.filter((seen) => seen === kind).length]).toEqual([kind, own]);
      }
    }
  });

  test('one that is not known is 404, and no target hears of it', async () => {
    const all = await instances(2);
    const { port } = await startGateway({ target: urlsOf(all) });
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await send(port, { method, headers: { 'Mcp-Session-Id': 'unknown' } });
      expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    }
    expect(all.flatMap(({ seen }) => seen)).toEqual([]);
  });
});
