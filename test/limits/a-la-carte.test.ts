import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { denyTools, mcpProxy, policy, requireAuth, throttle } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { HOSTS } from '../support/hosts.ts';
import { call, message } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const PING = message('ping');

describe.each(HOSTS)('throttle() in %s', (_framework, app) => {
  test('by address, with headers on relayed answers and refusals', async () => {
    const upstream = await recordingUpstream();
    const limits = throttle([
      { limit: 1, window: '1h', name: 'a' },
      { limit: 5, window: '1h', name: 'b' },
    ]);
    const { port } = await serve(app([limits, mcpProxy({ target: upstream.target })]));
    const relayed = await post(port, PING);
    expect(relayed.status).toBe(200);
    expect(valuesOf(relayed, 'ratelimit').join()).toMatch(/^"a"; r=0; t=\d+,\s*"b"; r=4; t=\d+$/);
    const refused = await post(port, PING);
    expect([refused.status, errorOf(refused).data.reason]).toEqual([429, 'rate_limited']);
    expect(valuesOf(refused, 'retry-after')).toHaveLength(1);
    expect(upstream.seen).toHaveLength(1);
  });

  test('by tool: it reads the message, and what is behind it gets the same bytes', async () => {
    const upstream = await recordingUpstream();
    const limit = throttle({ limit: 1, window: '1h', by: 'tool' });
    const { port } = await serve(app([limit, mcpProxy({ target: upstream.target })]));
    const body = call('a', { args: '{ "n" : 9007199254740993 }' });
    expect((await post(port, body, { framing: 'chunked' })).status).toBe(200);
    const refused = await post(port, call('a', { id: '1e400' }));
    expect([refused.status, /"id":1e400,/.test(refused.body)]).toEqual([200, true]);
    expect(errorOf(refused).data.reason).toBe('rate_limited');
    expect(upstream.seen.map((seen) => seen.body.toString())).toEqual([body]);
  });

  test('by user, behind requireAuth', async () => {
    const upstream = await recordingUpstream();
    const auth = requireAuth(({ headers }) => ({ subject: String(headers['x-user']) }));
    const limit = throttle({ limit: 1, window: '1h', by: 'user' });
    const { port } = await serve(app([auth, limit, mcpProxy({ target: upstream.target })]));
    const statusOf = async (user: string) =>
      (await post(port, PING, { headers: { 'X-User': user } })).status;
    expect([await statusOf('a'), await statusOf('a'), await statusOf('b')]).toEqual([
      200, 429, 200,
    ]);
  });

  test('behind policy(), which has read the message, and before it', async () => {
    const upstream = await recordingUpstream();
    const limit = { limit: 1, window: '1h', by: 'tool' } as const;
    const { port } = await serve(
      app([
        policy(denyTools('x')),
        throttle(limit),
        policy(denyTools('y')),
        throttle({ ...limit, limit: 9 }),
        mcpProxy({ target: upstream.target }),
      ]),
    );
    const statuses = [];
    for (const tool of ['a', 'a', 'x', 'y', 'b'])
      statuses.push(outcomeOf(await post(port, call(tool))));
    expect(statuses).toEqual([200, 429, 403, 403, 200]);
  });

  test('in front of something else, which finds the body in req.body', async () => {
    const found: unknown[] = [];
    const { port } = await serve(
      app([
        throttle({ limit: 9, window: '1h', by: 'session' }),
        (req: IncomingMessage & { body?: unknown }, res) => {
          found.push(req.body);
          res.end();
        },
      ]),
    );
    await post(port, PING);
    expect(found).toEqual([JSON.parse(PING)]);
  });
});
