import { describe, expect, test } from '@jest/globals';
import { createMcpGateway, type GatewayConfig, type Limit, throttle } from '../../src/index.ts';
import { pathsOf } from '../support/config-error.ts';
import { TestStore } from './support/stores.ts';

const good: Limit = { limit: 1, window: '1m' };

const inGateway = (config: object) =>
  pathsOf(() => createMcpGateway({ target: 'http://x', ...config } as GatewayConfig));

describe('a mistake in rateLimit names its path', () => {
  test.each<[path: string, value: unknown]>([
    ['rateLimit', []],
    ['rateLimit', true],
    ['rateLimit', null],
    ['rateLimit', '100/m'],
    ['rateLimit[1]', [good, null]],
    ['rateLimit.limit', { window: '1m' }],
    ['rateLimit.limit', { ...good, limit: '5' }],
    ['rateLimit.limit', { ...good, limit: 0 }],
    ['rateLimit.limit', { ...good, limit: 1.5 }],
    ['rateLimit.limit', { ...good, limit: Number.POSITIVE_INFINITY }],
    ['rateLimit.window', { limit: 1 }],
    ['rateLimit.window', { ...good, window: '1 month' }],
    ['rateLimit.window', { ...good, window: '30d' }],
    ['rateLimit.window', { ...good, window: 0 }],
    ['rateLimit.by', { ...good, by: 'address' }],
    ['rateLimit.by', { ...good, by: [] }],
    ['rateLimit.by', { ...good, by: null }],
    ['rateLimit.by[1]', { ...good, by: ['user', 'tools'] }],
    ['rateLimit.match', { ...good, match: 'tools/*' }],
    ['rateLimit.match', { ...good, match: {} }],
    ['rateLimit.match.tool', { ...good, match: { tool: 'a', name: 'a' } }],
    ['rateLimit.match.name', { ...good, match: { name: /a/ } }],
    ['rateLimit.match.name', { ...good, match: { name: '' } }],
    ['rateLimit.match.method', { ...good, match: { method: [] } }],
    ['rateLimit.match.method[1]', { ...good, match: { method: ['a', 1] } }],
    // What could never count is no limit.
    ['rateLimit.by', { ...good, by: ['ip', 'tool', 'ip'] }],
    ['rateLimit.match.method', { ...good, by: 'tool', match: { method: 'prompts/get' } }],
    ['rateLimit.match.method', { ...good, by: 'tool', match: { method: ['Tools/Call'] } }],
    ['rateLimit.match.method', { ...good, match: { method: 'tools/list', name: 'x' } }],
    ['rateLimit.weight', { ...good, weight: 0 }],
    ['rateLimit.weight', { ...good, weight: -1 }],
    ['rateLimit.weight', { ...good, weight: '1' }],
    ['rateLimit.weight', { ...good, limit: 10, weight: 11 }],
    ['rateLimit.name', { ...good, name: '' }],
    ['rateLimit.name', { ...good, name: 'a"b' }],
    ['rateLimit.name', { ...good, name: 'a b' }],
    [
      'rateLimit[1].name',
      [
        { ...good, name: 'a' },
        { ...good, name: 'a' },
      ],
    ],
    ['rateLimit.store', { ...good, store: 'redis' }],
    ['rateLimit.store', { ...good, store: { increment() {} } }],
    ['rateLimit.onStoreError', { ...good, onStoreError: 'open' }],
    ['rateLimit.onStoreError', { ...good, onStoreError: true }],
    ['rateLimit.max', { ...good, max: 5 }],
    ['rateLimit[0].windowMs', [{ ...good, windowMs: 5 }]],
  ])('%s', (path, rateLimit) => {
    expect(inGateway({ rateLimit })).toEqual([path]);
  });

  test('all of them at once', () => {
    const rateLimit = [{ limit: 0, window: 'x', by: 'y' }, { ...good, name: '!' }, 5];
    expect(new Set(inGateway({ rateLimit, streams: { total: 0 } }))).toEqual(
      new Set([
        'rateLimit[0].limit',
        'rateLimit[0].window',
        'rateLimit[0].by',
        'rateLimit[1].name',
        'rateLimit[2]',
        'streams.total',
      ]),
    );
  });

  test('the two windows of one store', () => {
    const store = new TestStore();
    const limits = [
      { ...good, store },
      { ...good, window: '1h', store },
    ];
    expect(inGateway({ rateLimit: limits })).toEqual(['rateLimit[1].store']);
  });

  test.each<[unknown]>([
    [undefined],
    [false],
    [good],
    [[good, good]],
    [{ ...good, by: undefined, weight: undefined, name: undefined, store: undefined }],
    [{ ...good, by: 'tool', match: { method: ['prompts/get', 'tools/*'], name: 'x' } }],
    [{ ...good, match: { method: '*', name: 'x' } }],
    [{ ...good, by: ['ip', () => 'a'], weight: 1, match: { name: '*' }, onStoreError: 'allow' }],
  ])('%j is none', (rateLimit) => {
    expect(inGateway({ rateLimit })).toEqual([]);
  });
});

describe('a mistake in throttle() does as well', () => {
  test.each<[string, unknown]>([
    ['limit', { window: '1m' }],
    ['match.name', { ...good, match: { name: 1 } }],
    ['by[0]', { ...good, by: [1] }],
    ['[1].limit', [good, { window: '1m' }]],
    ['', []],
    ['', undefined],
  ])('%j', (path, limits) => {
    expect(pathsOf(() => throttle(limits as Limit))).toEqual([path]);
  });
});

describe('a mistake in streams', () => {
  test.each<[string, unknown]>([
    ['streams', {}],
    ['streams', 5],
    ['streams', { total: false }],
    ['streams.perUser', { perUser: 0 }],
    ['streams.perIp', { perIp: '5' }],
    ['streams.total', { perIp: 1, total: -1 }],
    ['streams.perIP', { perIP: 5, total: 1 }],
  ])('%s', (path, streams) => {
    expect(inGateway({ streams })).toEqual([path]);
  });
});
