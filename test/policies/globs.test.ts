import { describe, expect, test } from '@jest/globals';
import { allowTools, denyTools } from '../../src/index.ts';
import { post } from '../support/client/send.ts';
import { call } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const MATCHES: [pattern: string, name: string][] = [
  ['delete', 'delete'],
  ['*', ''],
  ['*', 'anything\nat all'],
  ['delete_*', 'delete_'],
  ['delete_*', 'delete_all'],
  ['*_all', 'delete_all'],
  ['d*_*l', 'delete_all'],
  ['**', 'a'],
  ['a*b', 'ab'],
  ['a*b', 'a*b'],
  ['a*a', 'aa'],
  ['ab*ba', 'abba'],
  ['ab*bc*c', 'abxbcc'],
  ['*ab*ab*', 'abab'],
  ['a.b', 'a.b'],
  ['a+b(c)[d]{e}|f^$?\\', 'a+b(c)[d]{e}|f^$?\\'],
  ['?', '?'],
  ['*\u4e16*', 'a\u4e16b'],
  ['constructor', 'constructor'],
];

const MISSES: [pattern: string, name: string][] = [
  ['delete', 'Delete'],
  ['delete', 'DELETE'],
  ['delete', 'delete '],
  ['delete', ' delete'],
  ['delete', 'delete_all'],
  ['delete', ''],
  ['delete_*', 'delete'],
  ['delete_*', 'Delete_all'],
  ['*_all', 'delete_all_'],
  ['a*a', 'a'],
  ['ab*ba', 'aba'],
  ['ab*bc*c', 'abc'],
  ['a*bc*cd', 'axbcd'],
  ['*ab*ab*', 'aba'],
  ['a.b', 'axb'],
  ['?', 'a'],
  ['[ab]', 'a'],
  ['a+', 'aa'],
  ['(a|b)', 'a'],
  ['\\*', 'a'],
  ['a', '\uff41'],
  ['ss', '\u00df'],
  ['\u00e9', 'e\u0301'],
];

/** What becomes of a call of each tool. */
async function statuses(policy: Parameters<typeof guarded>[0], names: string[]): Promise<number[]> {
  const { port } = await guarded(policy);
  const found = [];
  for (const name of names) found.push((await post(port, call(name))).status);
  return found;
}

describe('globs know * and nothing else, case included', () => {
  test.each(MATCHES)('%j matches %j', async (pattern, name) => {
    expect(await statuses(denyTools(pattern), [name])).toEqual([403]);
    expect(await statuses(allowTools(pattern), [name])).toEqual([200]);
  });

  test.each(MISSES)('%j does not match %j', async (pattern, name) => {
    expect(await statuses(denyTools(pattern), [name])).toEqual([200]);
    expect(await statuses(allowTools(pattern), [name])).toEqual([403]);
  });
});

test('any of several will do', async () => {
  const names = ['a', 'b_1', 'c'];
  expect(await statuses(denyTools('a', 'b_*'), names)).toEqual([403, 403, 200]);
  expect(await statuses(allowTools('a', 'b_*'), names)).toEqual([200, 200, 403]);
  expect(await statuses([allowTools('a', 'b_*'), denyTools('*_1')], names)).toEqual([
    200, 403, 403,
  ]);
});

test('a name written in escapes is matched as what it says', async () => {
  const { port } = await guarded(denyTools('delete_*'));
  const escaped = call('delete_all').replace('"delete_all"', '"\\u0064\\u0065lete\\u005fall"');
  expect((await post(port, escaped)).status).toBe(403);
});

test('an adversarial name is judged in time: nothing is tried twice', async () => {
  const most = 'a'.repeat(1 << 20);
  // One that goes back would try C(2^20, 200) ways before it gives up.
  const pattern = `*${'a*'.repeat(200)}b`;
  const names = [`${most}b`, most, `${most}c`, 'a '.repeat(1 << 19), 'ab'.repeat(1 << 19)];
  expect(await statuses(denyTools(pattern), names)).toEqual([403, 200, 200, 200, 403]);
});
