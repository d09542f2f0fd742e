import { describe, expect, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { createMcpGateway, type GatewayConfig, throttle } from '../../src/index.ts';
import { pathsOf } from '../support/config-error.ts';
import { call, message } from '../support/messages.ts';
import { limited } from './support/limited.ts';

const PING = message('ping');

describe('a limit may be about requests of some HTTP methods', () => {
  test('GET alone: POST and DELETE are not counted', async () => {
    const { bare, statuses } = await limited({
      limit: 1,
      window: '1h',
      match: { httpMethod: 'GET' },
    });
    expect(await statuses([PING, PING])).toEqual([200, 200]);
    expect([(await bare('GET')).status, (await bare('GET')).status]).toEqual([200, 429]);
    expect((await bare('DELETE')).status).toBe(200);
    expect(await statuses([PING])).toEqual([200]);
  });

  test('HEAD counts as GET, because Express answers it by the same handler', async () => {
    const app = express();
    const limit = throttle({ limit: 1, window: '1h', match: { httpMethod: 'GET' } });
    app.get('/mcp', limit, (_req, res) => void res.end('ok'));
    await request(app).head('/mcp').expect(200);
    await request(app).head('/mcp').expect(429);
    await request(app).get('/mcp').expect(429);
  });

  test('several', async () => {
    const match = { httpMethod: ['POST', 'DELETE'] } as const;
    const { bare, statuses } = await limited({ limit: 1, window: '1h', match });
    expect(await statuses([PING, PING])).toEqual([200, 429]);
    expect((await bare('GET')).status).toBe(200);
  });

  test('with a method of the message: both have to match', async () => {
    const match = { httpMethod: 'POST', method: 'tools/call', name: 'a*' } as const;
    const { statuses } = await limited({ limit: 1, window: '1h', match });
    expect(await statuses([call('a'), call('b'), PING, call('ab')])).toEqual([200, 200, 200, 429]);
  });

  test('by address it is asked before auth, and reads no body', async () => {
    let asked = 0;
    const auth = () => {
      asked += 1;
      return { subject: 'ada' };
    };
    const match = { httpMethod: 'POST' } as const;
    const { statuses, send } = await limited({ limit: 1, window: '1h', match }, { auth });
    expect(await statuses([PING])).toEqual([200]);
    const refused = await send('not even JSON');
    expect([refused.status, asked]).toEqual([429, 1]);
  });
});

describe('a mistake names its path', () => {
  const good = { limit: 1, window: '1m' } as const;
  const bucket = { burst: 1, refill: { amount: 1, every: '1s' } } as const;
  const store = { increment: () => 0, decrement() {}, resetKey() {} };

  test.each<[path: string, value: unknown]>([
    ['rateLimit.match.httpMethod', { ...good, match: { httpMethod: 'post' } }],
    ['rateLimit.match.httpMethod', { ...good, match: { httpMethod: 'PUT' } }],
    ['rateLimit.match.httpMethod', { ...good, match: { httpMethod: [] } }],
    ['rateLimit.match.httpMethod', { ...good, match: { httpMethod: null } }],
    ['rateLimit.match.httpMethod[1]', { ...good, match: { httpMethod: ['GET', '*'] } }],
    // What could never count is no limit.
    ['rateLimit.match.httpMethod', { ...good, match: { httpMethod: 'GET', method: 'tools/*' } }],
    ['rateLimit.match.httpMethod', { ...good, by: 'tool', match: { httpMethod: 'GET' } }],
    ['rateLimit.match.httpMethod', { ...good, weight: () => 1, match: { httpMethod: 'GET' } }],
    ['rateLimit.match', { ...good, match: {} }],
    ['rateLimit.match', { ...good, match: [] }],
    ['rateLimit.match.httpmethod', { ...good, match: { httpmethod: 'GET' } }],
    ['rateLimit.limit', { ...good, limit: Number.POSITIVE_INFINITY }],
    ['rateLimit.burst', { ...bucket, burst: 0 }],
    ['rateLimit.burst', { ...bucket, burst: 1.5 }],
    ['rateLimit.burst', { ...bucket, burst: () => 5 }],
    ['rateLimit.burst', { refill: bucket.refill }],
    ['rateLimit.refill', { burst: 1 }],
    ['rateLimit.refill', { burst: 1, refill: '1/s' }],
    ['rateLimit.refill', { burst: 1, refill: null }],
    ['rateLimit.refill.amount', { burst: 1, refill: { every: '1s' } }],
    ['rateLimit.refill.amount', { burst: 1, refill: { amount: 0, every: '1s' } }],
    ['rateLimit.refill.amount', { burst: 1, refill: { amount: -1, every: '1s' } }],
    ['rateLimit.refill.amount', { burst: 1, refill: { amount: Number.NaN, every: '1s' } }],
    ['rateLimit.refill.amount', { burst: 1, refill: { amount: Infinity, every: '1s' } }],
    ['rateLimit.refill.amount', { burst: 1e6, refill: { amount: 1, every: '1d' } }],
    ['rateLimit.refill.every', { burst: 1, refill: { amount: 1 } }],
    ['rateLimit.refill.every', { burst: 1, refill: { amount: 1, every: 'day' } }],
    ['rateLimit.refill.per', { burst: 1, refill: { amount: 1, every: '1s', per: 1 } }],
    ['rateLimit.limit', { ...bucket, limit: 1 }],
    ['rateLimit.window', { ...bucket, window: '1s' }],
    ['rateLimit.store', { ...bucket, store }],
    ['rateLimit.weight', { ...bucket, burst: 5, weight: 6 }],
  ])('%s', (path, rateLimit) => {
    const config = { target: 'http://x', rateLimit } as unknown as GatewayConfig;
    expect(pathsOf(() => createMcpGateway(config))).toEqual([path]);
    const alone = path.replace(/^rateLimit\.?/, '');
    expect(pathsOf(() => throttle(rateLimit as never))).toEqual([alone]);
  });

  test('a fraction may come back, as of one every other second', () => {
    const rateLimit = { burst: 5, refill: { amount: 0.5, every: '1s' } };
    expect(pathsOf(() => createMcpGateway({ target: 'http://x', rateLimit }))).toEqual([]);
  });
});
