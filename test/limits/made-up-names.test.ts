import { expect, test } from '@jest/globals';
import type { Limit } from '../../src/index.ts';
import { call } from '../support/messages.ts';
import { byHeader, limited } from './support/limited.ts';

const AUTH = { auth: byHeader, sessions: false } as const;

/** 100 calls of tools that nobody else names. */
const madeUp = (n: number) =>
  `[${Array.from({ length: 100 }, (_, i) => call(`made_up_${n}_${i}`)).join()}]`;

test.each<[string, Limit['by'], string]>([
  ['user and tool', ['user', 'tool'], 'mallory'],
  ['tool alone', 'tool', 'mallory'],
  ['what a function says of the message', ({ mcp }) => `${mcp?.name}`, 'mallory'],
])('by %s: made-up names end in one count, and wipe none', async (_, by, user) => {
  const match = { method: 'tools/call' };
  const limit: Limit = { limit: 2, window: '1h', match, ...(by && { by }) };
  const { statuses, send } = await limited(limit, AUTH);
  expect(await statuses(Array(3).fill(call('deploy')), { user })).toEqual([200, 200, 429]);
  const answers: number[] = [];
  for (let n = 0; n < 120; n += 1) answers.push((await send(madeUp(n), { user })).status);
  expect(answers.slice(0, 90)).toEqual(Array(90).fill(200));
  expect(answers.slice(-15)).toEqual(Array(15).fill(429));
  expect(await statuses([call('deploy')], { user })).toEqual([429]);
  // The caller has used up what is left for names that it has not named before; others have theirs.
  expect(await statuses([call('one'), call('two')], { user })).toEqual([429, 429]);
  expect(await statuses([call('four'), call('four')], { user: 'ada' })).toEqual([200, 200]);
});
