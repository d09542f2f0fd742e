import { describe, expect, test } from '@jest/globals';
import type { Limit } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { call, message } from '../support/messages.ts';
import { limited } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const batchOf = (...bodies: string[]) => `[${bodies.join()}]`;
const tools = (count: number) => Array.from({ length: count }, (_, i) => call(`tool-${i}`));

const BY_TOOL: Limit = { limit: 3, window: '1h', by: 'tool' };

describe('a batch of calls to different tools', () => {
  test('that is refused for one of them uses up nothing of the others', async () => {
    const { statuses } = await limited(BY_TOOL);
    expect(await statuses([call('b'), call('b'), call('b')])).toEqual([200, 200, 200]);
    const both = batchOf(call('a'), call('b'));
    expect(await statuses([both, both, both])).toEqual([429, 429, 429]);
    expect(await statuses([call('a'), call('a'), call('a'), call('a')])).toEqual([
      200, 200, 200, 429,
    ]);
  });

  test('that a store fails over uses up nothing', async () => {
    const store = new TestStore();
    store.increments = (key) => {
      if (store.calls.length === 2) throw new Error('gone');
      return store.add(key);
    };
    const { statuses } = await limited({ ...BY_TOOL, store });
    expect(await statuses([batchOf(call('a'), call('b'), call('c'))])).toEqual([503]);
    expect([...store.counts.values()]).toEqual([0, 0]);
  });

  test('tells of each limit once: of the tool that has the least left', async () => {
    const { send } = await limited([BY_TOOL, { limit: 9, window: '1h', by: 'user' }]);
    await send(call('b'));
    const answer = await send(batchOf(call('a'), call('b'), call('c'), message('ping')));
    expect(answer.status).toBe(200);
    expect(valuesOf(answer, 'ratelimit')).toEqual([
      expect.stringMatching(/^"tool-3600s"; r=1; t=\d+$/),
      expect.stringMatching(/^"user-3600s"; r=4; t=\d+$/),
    ]);
    expect(valuesOf(answer, 'ratelimit-policy')).toHaveLength(2);
  });

  test('asks the store for all of them at once, so that one that hangs is waited for once', async () => {
    const store = new TestStore();
    store.increments = () => new Promise(() => {});
    const { send } = await limited({ ...BY_TOOL, store, onStoreError: 'allow' });
    const answer = send(batchOf(...tools(24)));
    await store.called(24);
    expect((await answer).status).toBe(200);
    expect(store.calls).toHaveLength(24);
  });

  test('counts for no more than 10,000 in all', async () => {
    const store = new TestStore();
    const heavy = { ...BY_TOOL, limit: 10_000, weight: () => 4000, store };
    const { send, statuses } = await limited(heavy);
    const answer = await send(batchOf(...tools(3)));
    expect([answer.status, store.calls]).toEqual([429, []]);
    expect(errorOf(answer).message).toMatch(/counts for 12000, and no more than 10000 /);
    expect(await statuses([batchOf(...tools(2))])).toEqual([200]);
  });

  test('of more than 100 is refused, before anything is counted', async () => {
    const store = new TestStore();
    const { send, statuses } = await limited({ ...BY_TOOL, store });
    expect(await statuses([batchOf(...tools(100))])).toEqual([200]);
    store.calls.length = 0;
    const answer = await send(batchOf(...tools(101)));
    expect([answer.status, store.calls]).toEqual([429, []]);
    expect(errorOf(answer).message).toMatch(/more than 100 different/);
    expect(valuesOf(answer, 'retry-after')).toEqual(['3600']);
    // Of one tool there may be as many as the limit says.
    const { statuses: ofOne } = await limited({ limit: 500, window: '1h', by: 'tool' });
    expect(await ofOne([batchOf(...Array(500).fill(call('a'))), call('a')])).toEqual([200, 429]);
  });
});
