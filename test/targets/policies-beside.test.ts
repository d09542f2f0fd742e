import { describe, expect, test } from '@jest/globals';
import { denyTools, mcpProxy } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { outcomeOf, reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { HOSTS } from '../support/hosts.ts';
import { serve } from '../support/servers.ts';
import { type Pair, sessionAt, startRig } from './rig.ts';
import { beginSession, fromWhom, type Instance, instances, JSON_TYPE } from './support.ts';

const call = (name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

/** Answers `tools/list` with a tool that nobody may use, and one of its own. */
function withTools(instance: Instance): void {
  instance.answering = (req, res, body) => {
    if (!body.includes('tools/list')) {
      instance.serve(req, res, body);
      return;
    }
    const tools = [{ name: 'delete_all' }, { name: instance.name }];
    res.writeHead(200, JSON_TYPE).end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } }));
  };
}

describe('beside several targets', () => {
  test('a policy refuses before a target is chosen, with and without a session', async () => {
    const all = (await instances(2)) as Pair;
    const { port } = await startRig(all, { policies: denyTools('delete_*') });
    const sessions = [await sessionAt(port, all[0]), await sessionAt(port, all[1])];
    const heard = all.map(({ seen }) => seen.length);
    for (const each of [...sessions, { send: (out: object) => send(port, out) }]) {
      expect(outcomeOf(await each.send({ body: call('delete_all') }))).toBe(403);
    }
    expect(all.map(({ seen }) => seen.length)).toEqual(heard);
    for (const session of sessions) {
      expect(fromWhom(await session.send({ body: call('add') }))).toBe(session.home);
    }
  });

  test('the list of each target comes without what the caller may not use', async () => {
    const all = (await instances(2)) as Pair;
    for (const instance of all) withTools(instance);
    const config = { policies: denyTools('delete_*'), filterLists: true };
    const { port } = await startRig(all, config);
    for (const instance of all) {
      const session = await sessionAt(port, instance);
      const { body } = await session.send({ body: LIST });
      expect(JSON.parse(body).result.tools).toEqual([{ name: instance.name }]);
    }
  });

  test('a limit by session counts each by itself, whichever target it is at', async () => {
    const all = (await instances(2)) as Pair;
    const rateLimit = { limit: 2, window: '1h', by: 'session', match: { method: 'ping' } } as const;
    const { port } = await startRig(all, { rateLimit });
    const sessions = [await sessionAt(port, all[0]), await sessionAt(port, all[1])];
    const heard = all.map(({ seen }) => seen.length);
    for (const session of sessions) {
      const outcomes = [];
      for (let i = 0; i < 3; i++) outcomes.push(outcomeOf(await session.send()));
      expect(outcomes).toEqual([200, 200, 429]);
    }
    expect(all.map(({ seen }, i) => seen.length - (heard[i] ?? 0))).toEqual([2, 2]);
  });
});

describe.each(HOSTS)('mcpProxy with two targets in %s', (_, app) => {
  test('keeps each session at its target, and refuses others', async () => {
    const all = (await instances(2)) as Pair;
    const target = all.map(({ url }) => url);
    const { port } = await serve(app([mcpProxy({ target })]));
    for (const instance of all) {
      const session = await sessionAt(port, instance);
      const before = all.map(({ seen }) => seen.length);
      expect(fromWhom(await session.send())).toBe(instance.name);
      const stream = await session.stream();
      expect((await session.send({ method: 'DELETE' })).status).toBe(204);
      stream.socket.destroy();
      const here = ['POST ping', 'GET', 'DELETE'];
      expect(all.map(({ seen }, i) => seen.slice(before[i]))).toEqual(
        all.map((each) => (each === instance ? here : [])),
      );
    }
    const answer = await send(port, { headers: { 'Mcp-Session-Id': 'unknown' } });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
  });

  test('goes to the other where one is down', async () => {
    const all = (await instances(2)) as Pair;
    const { port } = await serve(app([mcpProxy({ target: all.map(({ url }) => url) })]));
    await all[0].crash();
    for (let i = 0; i < 8; i++) expect(fromWhom(await send(port))).toBe(all[1].name);
    expect((await beginSession(port)).home).toBe(all[1].name);
    await all[1].crash();
    let answer = await send(port);
    for (let i = 0; i < 5; i++) answer = await send(port);
    expect([answer.status, reasonOf(answer)]).toEqual([503, 'upstream_unavailable']);
    expect(Number(headerOf(answer, 'Retry-After'))).toBeGreaterThan(0);
  });
});
