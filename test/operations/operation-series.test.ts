import { describe, expect, test } from '@jest/globals';
import type { Operation, Side } from '../../src/operations/measured-request.ts';
import { type OperationLabels, OperationSeries } from '../../src/operations/operation-series.ts';
import { serverVerdict } from '../../src/operations/verdict.ts';
import type { ObservedMessage } from '../../src/slots/observe/observer.ts';

type Outcome = 'result' | 'tool_error' | 'rpc_error' | undefined;

const isNamed = (method: string) => method === 'tools/call';

interface Kept extends OperationLabels {
  readonly variety: string;
}

function keptSeries({ hasCode = false } = {}) {
  const series = new OperationSeries<Kept>({ isNamed, hasCode });
  const seen = { server: new Set<Kept>(), client: new Set<Kept>() };
  return {
    seen,
    relayed(message: Partial<ObservedMessage>, side: Side = 'server', variety = '', status = 200) {
      const told: ObservedMessage = {
        method: 'tools/call',
        name: undefined,
        outcome: 'result',
        errorCode: undefined,
        ...message,
      };
      series.learn(told);
      const verdict = serverVerdict({ reason: 'relayed', status, end: 'complete' }, told);
      const operation: Operation = {
        side,
        message: told,
        verdict,
        seconds: 1,
        target: undefined,
      };
      const kept = series.of(operation, {
        key: variety,
        make: (labels, isKnown) => ({ ...labels, variety: isKnown ? variety : '_OTHER' }),
      });
      seen[side].add(kept);
      return kept;
    },
  };
}

const OUTCOMES: readonly Outcome[] = ['result', 'tool_error', 'rpc_error', undefined];

/** Numbers from 0 up to `below` that are the same in each run. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** What clients and servers that mean no good come to: everything is made up, some of it is real. */
function flood(
  { relayed }: ReturnType<typeof keptSeries>,
  { acceptsAll = false, isVaried = false },
): void {
  const methods = ['tools/call', 'prompts/get', 'ping', 'tools/list', 'initialize', 'tasks/get'];
  const pick = numbers();
  for (let i = 0; i < 50_000; i += 1) {
    const outcome = OUTCOMES[acceptsAll ? pick(4) : 1 + pick(3)];
    const message = {
      method: pick(7) === 0 ? `made/up/${i}` : methods[pick(methods.length)],
      name: `made-up-${pick(5) === 0 ? i : pick(300)}`,
      outcome,
      errorCode: outcome === 'rpc_error' ? -32_000 - pick(1000) : undefined,
    };
    const variety = isVaried ? `v${pick(13)}` : '';
    relayed(message, pick(2) === 0 ? 'client' : 'server', variety, 100 + pick(900));
  }
}

describe.each([
  ['nothing else', {}, {}],
  ['a code of its own', { hasCode: true }, {}],
  ['a server that answers for any name', {}, { acceptsAll: true }],
  ['revisions and targets', { hasCode: true }, { acceptsAll: true, isVaried: true }],
])('label sets of messages, with %s', (_, shown, hostile) => {
  test('are at most 250, whatever is made up', () => {
    const kept = keptSeries(shown);
    flood(kept, hostile);
    for (const sets of Object.values(kept.seen)) {
      expect(sets.size).toBeGreaterThan(40);
      expect(sets.size).toBeLessThanOrEqual(250);
      const texts = [...sets].map((set) => JSON.stringify(set));
      expect(new Set(texts).size).toBe(sets.size);
    }
  });

  test('of tools that were known before keep their names, also where they fail', () => {
    const kept = keptSeries(shown);
    const names = Array.from({ length: 40 }, (_, i) => `known-${i}`);
    for (const name of names) kept.relayed({ name });
    flood(kept, hostile);
    for (const name of names) {
      expect(kept.relayed({ name })).toMatchObject({ name, error: '' });
      const failed = kept.relayed({ name, outcome: 'tool_error' });
      expect(failed.method).toBe('tools/call');
      expect(['tool_error', '_OTHER']).toContain(failed.error);
      // Of a server that has answered for any name, as many names are known as there is room for.
      if (!('acceptsAll' in hostile)) expect(failed.name).toBe(name);
    }
  });
});

test('tools that come behind a flood of names that the server does not have keep theirs', () => {
  const kept = keptSeries();
  flood(kept, {});
  for (let i = 0; i < 40; i += 1) {
    const name = `late-${i}`;
    expect(kept.relayed({ name })).toMatchObject({ method: 'tools/call', name, error: '' });
  }
});

test('methods that come behind a flood are told all the same', () => {
  const kept = keptSeries();
  flood(kept, { acceptsAll: true });
  expect(kept.relayed({ method: 'resources/read' })).toMatchObject({ method: 'resources/read' });
});

test('a name that was only refused is never shown', () => {
  const kept = keptSeries();
  for (const errorCode of [-32601, -32602]) {
    const labels = kept.relayed({ name: 'no-such', outcome: 'rpc_error', errorCode });
    expect(labels.name).toBe('_OTHER');
  }
});

test('what is kept with a label set is made once', () => {
  const kept = keptSeries();
  expect(kept.relayed({ name: 'add' })).toBe(kept.relayed({ name: 'add' }));
});

test('a method that has no names shows none, and a status that HTTP does not have its class', () => {
  const { relayed } = keptSeries();
  const message = { method: 'prompts/get', name: 'greet', outcome: undefined };
  expect(relayed(message, 'server', '', 599)).toMatchObject({ name: '', error: '5xx' });
  expect(relayed(message, 'server', '', 502)).toMatchObject({ name: '', error: '502' });
});
