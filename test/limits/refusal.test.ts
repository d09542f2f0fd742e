import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { call, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { byHeader, limited } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const PING = message('ping');

describe('what is over a limit', () => {
  test('is refused with 429, and reaches nobody', async () => {
    const { statuses, upstream, errors } = await limited({ limit: 2, window: '1h' });
    expect(await statuses([PING, PING, PING, PING])).toEqual([200, 200, 429, 429]);
    expect(upstream.seen).toHaveLength(2);
    expect(errors.map(({ reason }) => reason)).toEqual(['rate_limited', 'rate_limited']);
  });

  test('says when to come back, in the header and in a sentence for the model', async () => {
    const { send } = await limited({ limit: 1, window: '90s' });
    await send(PING);
    const answer = await send(PING);
    const [seconds = ''] = valuesOf(answer, 'retry-after');
    expect(Number(seconds)).toBeGreaterThan(80);
    expect(Number(seconds)).toBeLessThanOrEqual(90);
    expect(errorOf(answer)).toMatchObject({ code: 429, data: { reason: 'rate_limited' } });
    expect(errorOf(answer).message).toContain('the limit is 1 in 90 seconds');
    expect(errorOf(answer).message).toContain(`wait ${seconds} seconds`);
  });

  test('passes again when the window is over', async () => {
    const store = new TestStore();
    const { statuses } = await limited({ limit: 1, window: '1h', store });
    expect(await statuses([PING, PING])).toEqual([200, 429]);
    store.end();
    expect(await statuses([PING, PING])).toEqual([200, 429]);
  });

  test.each(['7', '"a b"', '9007199254740993', '-0', '1e400'])(
    'carries the id %s byte for byte, where the message was read',
    async (id) => {
      const { send } = await limited({ limit: 1, window: '1h', match: { method: 'tools/*' } });
      await send(call('t'));
      const { status, body } = await send(call('t', { id }));
      expect([status, body.includes(`"id":${id},`)]).toEqual([429, true]);
    },
  );

  test('has no id as a notification, null as a batch', async () => {
    const read = await limited({ limit: 1, window: '1h', by: 'session' });
    await read.send(PING);
    expect((await read.send(`[${PING},${PING}]`)).body).toContain('"id":null,');
    await read.send(notification('notifications/x'));
    const refused = await read.send(notification('notifications/x'));
    expect([refused.status, JSON.parse(refused.body).id]).toEqual([429, undefined]);
    expect(refused.body).not.toContain('"id"');
  });

  test('carries the id of a message that came with the head, where no limit has read it', async () => {
    const { send } = await limited({ limit: 1, window: '1h' });
    await send(PING);
    expect((await send(PING)).body).toContain(`"id":${JSON.parse(PING).id},`);
  });

  test("denyAs 'jsonrpc' tells it as the answer to the call", async () => {
    const perTool = { limit: 1, window: '1h', by: 'tool' } as const;
    const { send } = await limited(perTool, { denyAs: 'jsonrpc' });
    await send(call('t'));
    const answer = await send(call('t', { id: '"x"' }));
    expect([answer.status, errorOf(answer).code]).toEqual([200, 429]);
    expect(answer.body).toContain('"id":"x"');
    expect(valuesOf(answer, 'retry-after')).toHaveLength(1);
  });
});

describe('server/discover is refused with 503, because clients read 429 as an old server', () => {
  const DISCOVER = modern('server/discover');
  const headers = modernHeaders('server/discover');

  test.each([
    ['before the message is read', { limit: 1, window: '1h' }, 'http'],
    ['when it is read', { limit: 1, window: '1h', by: 'session' }, 'http'],
    ["with denyAs 'jsonrpc'", { limit: 1, window: '1h', by: 'session' }, 'jsonrpc'],
  ] as const)('%s', async (_when, limit, denyAs) => {
    const { send, upstream } = await limited(limit, { denyAs });
    expect((await send(DISCOVER, { headers })).status).toBe(200);
    const answer = await send(DISCOVER, { headers });
    expect(answer.status).toBe(503);
    expect(errorOf(answer)).toMatchObject({ code: 503, data: { reason: 'rate_limited' } });
    expect(valuesOf(answer, 'retry-after')).toEqual([expect.stringMatching(/^\d{4}$/)]);
    expect(upstream.seen).toHaveLength(1);
  });

  test('a header that lies is a mismatch, where the message is read', async () => {
    const { send } = await limited({ limit: 1, window: '1h', by: 'session' });
    const body = modern('tools/list');
    const answer = await send(body, { headers });
    expect([answer.status, errorOf(answer).data.reason]).toEqual([400, 'header_mismatch']);
  });
});

describe('the RateLimit headers (draft-8)', () => {
  test('are on relayed answers and refusals alike, a line for each limit', async () => {
    const { send } = await limited([
      { limit: 9, window: '1m', name: 'per-ip' },
      { limit: 1, window: '1h', by: 'user', name: 'slow' },
    ]);
    const relayed = await send(PING);
    expect(relayed.status).toBe(200);
    expect(valuesOf(relayed, 'ratelimit')).toEqual([
      expect.stringMatching(/^"per-ip"; r=8; t=(60|59)$/),
      expect.stringMatching(/^"slow"; r=0; t=3(600|599)$/),
    ]);
    expect(valuesOf(relayed, 'ratelimit-policy')).toEqual([
      expect.stringMatching(/^"per-ip"; q=9; w=60; pk=:[\w+/=]+:$/),
      expect.stringMatching(/^"slow"; q=1; w=3600; pk=:[\w+/=]+:$/),
    ]);
    const refused = await send(PING);
    expect(refused.status).toBe(429);
    expect(valuesOf(refused, 'ratelimit').join()).toMatch(/"per-ip"; r=7; .*"slow"; r=0; /);
    expect(valuesOf(refused, 'x-ratelimit-limit')).toEqual([]);
  });

  test("the gateway's take the place of the upstream's, which come through where it has none", async () => {
    const upstreams = { RateLimit: '"theirs"; r=1; t=1', 'RateLimit-Policy': '"theirs"; q=1; w=1' };
    const target = (
      await recordingUpstream((_req, res) => void res.writeHead(200, upstreams).end('{}'))
    ).target;
    const limitedAnswer = await (await limited({ limit: 9, window: '1m' }, { target })).send(PING);
    expect(valuesOf(limitedAnswer, 'ratelimit')).toEqual([expect.stringMatching(/^"ip-60s"; /)]);
    expect(valuesOf(limitedAnswer, 'ratelimit-policy')).toHaveLength(1);
    const free = await (await limited([], { target, rateLimit: false })).send(PING);
    expect(valuesOf(free, 'ratelimit')).toEqual([upstreams.RateLimit]);
  });

  test('names are made of what is counted, and never twice the same', async () => {
    const { send } = await limited([
      { limit: 9, window: '1m' },
      { limit: 8, window: '1m' },
      { limit: 7, window: '1h', by: ['user', 'tool'] },
      { limit: 6, window: '1h', by: () => 'all' },
    ]);
    const names = valuesOf(await send(call('t')), 'ratelimit').map((line) => line.split(';')[0]);
    expect(names).toEqual(['"ip-60s"', '"ip-60s-2"', '"user-tool-3600s"', '"own-3600s"']);
  });
});

describe('several limits', () => {
  test('all have to allow, and what one refuses is not counted behind it', async () => {
    const behind = new TestStore();
    const { statuses } = await limited([
      { limit: 2, window: '1h' },
      { limit: 3, window: '1h', by: 'user', store: behind },
    ]);
    expect(await statuses([PING, PING, PING, PING])).toEqual([200, 200, 429, 429]);
    expect([...behind.counts.values()]).toEqual([2]);
  });

  test('those by address alone come before auth, the others behind it', async () => {
    let asked = 0;
    const { statuses } = await limited(
      [
        { limit: 3, window: '1h' },
        { limit: 1, window: '1h', by: 'user' },
      ],
      {
        auth: (req) => {
          asked += 1;
          return req.headers['x-user'] === undefined ? null : { subject: 'u' };
        },
      },
    );
    expect(await statuses([PING, PING], { user: 'u' })).toEqual([200, 429]);
    // Who does not get in does not use up the user's limit, but the address's.
    expect(await statuses([PING, PING])).toEqual([401, 429]);
    expect(asked).toBe(3);
  });

  test('observers are told which slot and which limit', async () => {
    const observe = witness();
    const { send } = await limited(
      [
        { limit: 2, window: '1h' },
        { limit: 1, window: '1h', by: 'user', name: 'mine' },
      ],
      { auth: byHeader, sessions: false, observe },
    );
    for (let i = 0; i < 3; i += 1) await send(PING);
    await observe.record(2);
    expect(observe.records.map(({ slot, reason, detail }) => [slot, reason, detail])).toEqual([
      ['relay', 'relayed', undefined],
      ['userLimit', 'rate_limited', 'mine'],
      ['rateLimit', 'rate_limited', 'ip-3600s'],
    ]);
  });
});
