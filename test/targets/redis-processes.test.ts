import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { type Upstream, upstreamWith } from '../legacy-sse/support.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { forkModule } from '../support/fork-module.ts';
import { describeRedis, startRedis } from '../support/redis.ts';
import { atTestEnd } from '../support/servers.ts';
import { namedStream } from './legacy-streams.ts';
import { sessionAt, through } from './rig.ts';
import { fromWhom, type Instance, instances } from './support.ts';

/** A gateway in a process of its own. */
interface GatewayProcess {
  readonly port: number;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

async function startProcess(redisUrl: string, config: GatewayConfig): Promise<GatewayProcess> {
  const module = new URL('support/redis-gateway-process.ts', import.meta.url);
  const child = forkModule(module, [JSON.stringify({ redisUrl, config })]);
  const exit = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  atTestEnd(kill);
  const [port] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new Error(`The process ended with ${code}`))),
  ])) as [number];
  return { port, kill };
}

/** Two in front of the same targets, which the second has in another order: what counts is the URL. */
async function twoProcesses(
  urls: readonly string[],
  config: Partial<GatewayConfig> = {},
): Promise<[one: GatewayProcess, other: GatewayProcess]> {
  const { url } = await startRedis();
  return Promise.all([
    startProcess(url, { ...config, target: urls }),
    startProcess(url, { ...config, target: urls.toReversed() }),
  ]);
}

const ANSWER = '{"jsonrpc":"2.0","id":"s-1","result":{"action":"accept"}}';
const LEGACY = { legacySse: { path: '/sse', messagePath: '/messages' }, heartbeat: false } as const;

const urlsOf = (all: readonly Instance[]) => all.map(({ url }) => url);
const postsTo = ({ seen }: Upstream) => seen.filter((one) => one.startsWith('POST'));

async function expectUnknown(port: number, session: string): Promise<void> {
  for (const method of ['POST', 'GET', 'DELETE']) {
    const answer = await send(port, { method, headers: { 'Mcp-Session-Id': session } });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
  }
}

describeRedis('two gateways in processes of their own, on one Redis', () => {
  test('a session begun through one is served by its target through the other', async () => {
    const all = await instances(3);
    const gateways = await twoProcesses(urlsOf(all));
    for (const [one, other] of [gateways, gateways.toReversed() as typeof gateways]) {
      for (const instance of all) {
        const begun = await sessionAt(one.port, instance);
        const session = through(other.port, begun);
        const before = all.map(({ seen }) => seen.length);
        expect(fromWhom(await session.send())).toBe(instance.name);
        expect((await session.send({ body: ANSWER })).status).toBe(200);
        const stream = await session.stream();
        const resumed = await session.stream({ 'Last-Event-ID': 'event-7' });
        expect(instance.heads.at(-1)).toMatchObject({ 'last-event-id': 'event-7' });
        expect(instance.bodies.at(-1)).toBe(ANSWER);
        expect((await session.send({ method: 'DELETE' })).status).toBe(204);
        const seen = all.map((each, i) => each.seen.slice(before[i]));
        const here = ['POST ping', 'POST answer', 'GET', 'GET', 'DELETE'];
        expect(seen).toEqual(all.map((each) => (each === instance ? here : [])));
        for (const { socket } of [stream, resumed]) socket.destroy();
        // Its server says what became of it, through both.
        for (const again of [begun, session]) {
          const gone = await again.send();
          expect([gone.status, gone.body]).toEqual([404, '{}']);
        }
      }
    }
  });

  test('a session goes on at its target when the process that began it is killed', async () => {
    const all = await instances(2);
    const [one, other] = await twoProcesses(urlsOf(all));
    const begun = [];
    for (const instance of all) begun.push(await sessionAt(one.port, instance));
    await one.kill();
    for (const session of begun) {
      expect(fromWhom(await through(other.port, session).send())).toBe(session.home);
    }
  });

  test('a session that nobody began is 404 through both, and no target hears of it', async () => {
    const all = await instances(2);
    for (const { port } of await twoProcesses(urlsOf(all))) await expectUnknown(port, 'unknown');
    expect(all.flatMap(({ seen }) => seen)).toEqual([]);
  });

  test('a message of the older transport finds the target of its stream through the other', async () => {
    const opening = (name: string) => [`event: endpoint\ndata: /messages?sessionId=${name}\n\n`];
    const all = [await upstreamWith(opening('a')), await upstreamWith(opening('b'))];
    const urls = all.map(({ port }) => `http://127.0.0.1:${port}/mcp`);
    const [one, other] = await twoProcesses(urls, LEGACY);
    // Two streams that are open go to two targets.
    const streams = [await namedStream(one.port), await namedStream(one.port)];
    for (const { url } of streams) {
      expect((await send(other.port, { path: url })).status).toBe(202);
      expect((await send(one.port, { path: url })).status).toBe(202);
    }
    expect(all.map(postsTo)).toEqual([
      Array(2).fill('POST /messages?sessionId=a'),
      Array(2).fill('POST /messages?sessionId=b'),
    ]);
    const answer = await send(other.port, { path: '/messages?sessionId=c' });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    expect(all.flatMap(postsTo)).toHaveLength(4);
  });
});
