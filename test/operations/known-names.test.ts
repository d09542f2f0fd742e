import { describe, expect, test } from '@jest/globals';
import { methodLabel, revisionLabel } from '../../src/operations/known-methods.ts';
import { KnownCodes, KnownNames } from '../../src/operations/known-names.ts';

const RESULT = { outcome: 'result' } as const;
const TOOL_ERROR = { outcome: 'tool_error' } as const;
const rpcError = (errorCode: number) => ({ outcome: 'rpc_error', errorCode }) as const;

describe('names that labels may show', () => {
  test.each([
    ['nothing was heard of it', {}, false],
    ['a result', RESULT, true],
    ['a tool that failed', TOOL_ERROR, true],
    ['the server failed', rpcError(-32603), true],
    ['there is no such tool', rpcError(-32602), false],
    ['there is no such method', rpcError(-32601), false],
  ])('%s', (_what, outcome, isShown) => {
    const names = new KnownNames();
    names.learn('add', outcome);
    expect(names.label('add')).toBe(isShown ? 'add' : '_OTHER');
    expect(names.label('other')).toBe('_OTHER');
  });

  test('a hundred thousand names: 200 of them, and those that were there first stay', () => {
    const names = new KnownNames();
    const shown = new Set<string>();
    for (let i = 0; i < 100_000; i += 1) {
      names.learn(`made-up-${i}`, RESULT);
      shown.add(names.label(`made-up-${i}`));
    }
    expect(shown.size).toBe(201);
    expect(names.label('made-up-0')).toBe('made-up-0');
  });

  test('names that only fail leave room for those that work', () => {
    const names = new KnownNames();
    const shown = new Set<string>();
    for (let i = 0; i < 100_000; i += 1) {
      names.learn(`made-up-${i}`, i % 2 === 0 ? TOOL_ERROR : rpcError(-32000));
      shown.add(names.label(`made-up-${i}`));
    }
    expect(shown.size).toBe(51);
    for (let i = 0; i < 150; i += 1) names.learn(`known-${i}`, RESULT);
    expect(names.label('known-149')).toBe('known-149');
    names.learn('one too many', RESULT);
    expect(names.label('one too many')).toBe('_OTHER');
  });

  test('a tool that works at last gives its place among those that fail to another', () => {
    const names = new KnownNames();
    for (let i = 0; i < 50; i += 1) names.learn(`failing-${i}`, TOOL_ERROR);
    names.learn('failing-0', RESULT);
    names.learn('late', TOOL_ERROR);
    expect(names.label('late')).toBe('late');
    names.learn('later', TOOL_ERROR);
    expect(names.label('later')).toBe('_OTHER');
  });
});

test('codes: 10 of them', () => {
  const codes = new KnownCodes();
  const shown = new Set(Array.from({ length: 1000 }, (_, i) => codes.label(-i)));
  expect(shown.size).toBe(11);
  expect(shown).toContain('_OTHER');
});

test('methods and revisions: those of MCP', () => {
  expect(methodLabel('tools/call')).toBe('tools/call');
  expect(methodLabel('tools/made-up')).toBe('_OTHER');
  expect(methodLabel('constructor')).toBe('_OTHER');
  expect(revisionLabel('2025-11-25')).toBe('2025-11-25');
  expect(revisionLabel('2999-01-01')).toBe('_OTHER');
});
