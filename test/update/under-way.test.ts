import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { call } from '../support/messages.ts';
import { atTestEnd } from '../support/servers.ts';
import { believing, startUpdatable, startUpstream } from './support/updatable.ts';

const CALLERS = 20;
const STREAMS = 20;
const UPDATES = 50;
/** Of each caller: together they make about 200 calls a second. */
const PAUSE_MS = 100;
const CALLS_BETWEEN_UPDATES = 30;
const LIMIT = 1_000_000;

/** What a client has been answered. */
interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

test('fifty updates under 200 calls a second and 20 streams fail no call and lose nothing', async () => {
  const upstream = await startUpstream();
  const { target } = upstream;
  // On a busy machine either side may be late, and a call meet a connection that the upstream is closing.
  upstream.server.keepAliveTimeout = 0;
  const failures: string[] = [];
  const configAt = (i: number): GatewayConfig => ({
    target: i % 3 === 0 ? [target, `${target}?second`] : [`${target}?second`, target, target],
    publicUrl: 'https://mcp.example/mcp',
    auth: (req) => believing(req),
    rateLimit: { name: 'calls', limit: LIMIT + i, window: '1h' },
    streams: { perUser: 1 },
    timeout: { response: `${60 + i}s` },
    headers: { response: { set: { 'X-Config': String(i) } } },
    onError: ({ reason, cause }) => void failures.push(`${reason}: ${cause}`),
    ...(i % 2 === 0 && { policies: async () => wait(1, true) }),
  });
  const { gateway, port, open, begin } = await startUpdatable(configAt(0));
  const agent = new Agent({ keepAlive: true });
  atTestEnd(() => agent.destroy());
  const post = async (headers: Record<string, string>): Promise<Answered> => {
    const own = { ...headers, 'Content-Type': 'application/json' };
    const outgoing: ClientRequest = request({
      port,
      path: '/mcp',
      method: 'POST',
      agent,
      headers: own,
    });
    outgoing.end(call('x'));
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
  };

  const users = Array.from({ length: CALLERS }, (_, i) => `user ${i}`);
  const ofUser = (user: string) => ({ headers: { 'X-User': user } });
  const sessions = await Promise.all(users.map((user) => begin(ofUser(user))));
  const streams = await Promise.all(users.slice(0, STREAMS).map((user) => open(ofUser(user))));

  let updates = 0;
  let answered = 0;
  const failed: Answered[] = [];
  const seen = new Set<unknown>();
  const call20 = async (user: string, i: number): Promise<void> => {
    const headers = { 'X-User': user, 'Mcp-Session-Id': String(sessions[i]) };
    while (updates < UPDATES) {
      const answer = await post(headers);
      seen.add(answer.headers['x-config']);
      if (answer.status !== 200) failed.push(answer);
      answered += 1;
      if (answered % CALLS_BETWEEN_UPDATES === 0) {
        updates += 1;
        gateway.update(configAt(updates));
        for (const stream of upstream.streams) stream.write(`data: update ${updates}\n\n`);
      }
      await wait(PAUSE_MS * Math.random() * 2);
    }
  };
  await Promise.all(users.map(call20));

  expect([failures, failed]).toEqual([[], []]);
  expect(seen.size).toBeGreaterThan(UPDATES / 2);
  const { requests, sessions: remembered, streams: open20 } = gateway.stats();
  expect(requests).toMatchObject({ open: STREAMS, byReason: {} });
  expect(requests.total).toBe(answered + CALLERS + STREAMS);
  expect([remembered?.known, open20.open]).toEqual([CALLERS, STREAMS]);
  // What is left of the limit says that every request was counted, under whatever configuration.
  const { headers } = await post({ 'X-User': 'user 0', 'Mcp-Session-Id': String(sessions[0]) });
  const left = Number(/r=(\d+)/.exec(String(headers.ratelimit))?.[1]);
  expect(left).toBe(LIMIT + updates - requests.total - 1);

  const expected = Array.from({ length: updates }, (_, i) => `data: update ${i + 1}`);
  for (const stream of streams) {
    await stream.has(new RegExp(`data: update ${updates}\\n\\n`));
    expect(stream.text.match(/data: update \d+/g)).toEqual(expected);
    expect(stream.ending).toBeUndefined();
  }
  gateway.update(configAt(UPDATES + 1), { streams: 'end' });
  for (const stream of streams) expect(await stream.closed()).toMatch(/\n\n\r\n0\r\n\r\n$/);
}, 120_000);
