import { describe, expect, test } from '@jest/globals';
import express from 'express';
import {
  createMcpGateway,
  GatewayConfigError,
  throttle,
  type WindowLimit,
} from '../../src/index.ts';
import { outcomeOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { TestStore } from './support/stores.ts';

/** What comes of calls to gateways under `/a` and `/b` that count in one store. */
async function statuses(
  a: Partial<WindowLimit>,
  b: Partial<WindowLimit>,
  paths: readonly string[],
): Promise<number[]> {
  const store = new TestStore();
  const { target } = await recordingUpstream();
  const app = express();
  const limits = { '/a': a, '/b': b };
  for (const [path, limit] of Object.entries(limits)) {
    const rateLimit = { limit: 1, window: '1h', ...limit, store };
    app.use(createMcpGateway({ path, target, rateLimit }));
  }
  const { port } = await serve(app);
  const found: number[] = [];
  for (const path of paths) found.push(outcomeOf(await post(port, call('x'), { path })));
  return found;
}

describe('limits of two gateways with one store', () => {
  const PATHS = ['/b', '/b', '/b', '/a', '/a', '/a'];

  test.each<[string, Partial<WindowLimit>, Partial<WindowLimit>]>([
    ['another limit', { limit: 2 }, { limit: 3 }],
    ['another key', { limit: 2 }, { limit: 3, by: 'user' }],
    ['another match', { limit: 2, match: { name: 'x' } }, { limit: 3, match: { name: '*' } }],
    ['another weight', { limit: 4, weight: 2 }, { limit: 4 }],
    ['another name', { limit: 2, name: 'a' }, { limit: 3, name: 'b' }],
  ])('count apart where they have %s', async (_what, a, b) => {
    expect(await statuses(a, b, PATHS)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  test.each<[string, Partial<WindowLimit>, Partial<WindowLimit>]>([
    ['the same terms', { limit: 2 }, { limit: 2 }],
    ['the same name', { limit: 2, name: 'calls' }, { limit: 2, name: 'calls', by: 'user' }],
  ])('count together where they have %s', async (_what, a, b) => {
    const found = await statuses(a, b, ['/b', '/a', '/a', '/b']);
    expect(found).toEqual([200, 200, 429, 429]);
  });
});

describe('a configuration with a mistake leaves its store as it was', () => {
  const limit = (window: string, store: TestStore): WindowLimit => ({ limit: 2, window, store });

  test('one whose window cannot be read', async () => {
    const store = new TestStore();
    expect(() => throttle(limit('1 minute', store))).toThrow(GatewayConfigError);
    expect(() => throttle(limit('1m', store))).not.toThrow();
    await store.initialised(1);
    expect([store.inits, store.windowMs]).toEqual([1, 60_000]);
  });

  test('one with a window that the store does not have', async () => {
    const store = new TestStore();
    throttle(limit('1m', store));
    expect(() => throttle(limit('2m', store))).toThrow(/another window/);
    expect(() => throttle(limit('1m', store))).not.toThrow();
    await store.initialised(2);
    expect([store.inits, store.windowMs]).toEqual([2, 60_000]);
  });

  test('one with a mistake elsewhere', async () => {
    const store = new TestStore();
    const gateway = (config: object) => () =>
      createMcpGateway({ rateLimit: limit('2m', store), ...config } as never);
    expect(gateway({})).toThrow(GatewayConfigError);
    expect(gateway({ target: 'http://x', hosts: [] })).toThrow(GatewayConfigError);
    expect(() => throttle(limit('1m', store))).not.toThrow();
    await store.initialised(1);
    expect([store.inits, store.windowMs]).toEqual([1, 60_000]);
  });
});
