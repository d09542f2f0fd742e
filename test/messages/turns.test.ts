import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { McpBody } from '../../src/mcp/message/message.ts';
import { readMessages, readMessagesInTurns } from '../../src/mcp/message/read-messages.ts';
import { MessageProblem } from '../../src/mcp/message-problem.ts';
import { copyShown } from '../support/unreadable.ts';
import { call, request } from './support/read.ts';

const MEGABYTE = 1_000_000;

/** Repeats an item up to two megabytes. */
function fill(open: string, item: (i: number) => string, close: string): string {
  const items: string[] = [];
  for (let size = 0, i = 0; size < 2 * MEGABYTE; i++) {
    const next = item(i);
    items.push(next);
    size += next.length + 1;
  }
  return open + items.join() + close;
}

/** Reads a body, and counts how often others were let in meanwhile. */
async function inTurns(
  text: string,
  seesArguments = true,
): Promise<{ outcome: McpBody | MessageProblem | undefined; turns: number }> {
  let isOver = false;
  let turns = 0;
  const others = (async () => {
    for (; !isOver; turns++) await setImmediate();
  })();
  const outcome = await readMessagesInTurns(Buffer.from(text), {}, { seesArguments }, () => true);
  isOver = true;
  await others;
  return { outcome, turns };
}

const numbers = fill('[', () => '1', ']');
const SHAPES: [string, string, readonly boolean[]][] = [
  ['numbers', call(`{"a":${fill('[', (i) => String(i), ']')}}`), [true, false]],
  ['fractions', call(`{"a":${fill('[', () => '0.5', ']')}}`), [true, false]],
  ['empty texts', call(`{"a":${fill('[', () => '""', ']')}}`), [true, false]],
  ['empty lists', call(`{"a":${fill('[', () => '[]', ']')}}`), [true, false]],
  ['empty objects', call(`{"a":${fill('[', () => '{}', ']')}}`), [true, false]],
  ['lists of one', call(`{"a":${fill('[', () => '[1]', ']')}}`), [true, false]],
  [
    'lists in 200 lists',
    call(`{"a":${fill('[', () => '['.repeat(200) + ']'.repeat(200), ']')}}`),
    [true, false],
  ],
  ['names', call(fill('{', (i) => `"k${i}":1`, '}')), [true, false]],
  ['long names', call(fill('{', (i) => `"${`k${i}-`.padEnd(50_000, 'x')}":1`, '}')), [true]],
  [
    'objects',
    call(
      `{"a":${fill('[', (i) => `{"name":"n${i}","at":[${i}],"filler":"some more text"}`, ']')}}`,
    ),
    [true, false],
  ],
  ['long texts', call(`{"a":${fill('[', () => `"${'a'.repeat(50_000)}"`, ']')}}`), [true]],
  [
    'a batch',
    fill('[', () => request('ping', undefined, '"some longer id, for fewer of them"'), ']'),
    [true],
  ],
  ['a list that is no batch', numbers, [true, false]],
  ['a result', `{"jsonrpc":"2.0","id":1,"result":${numbers}}`, [true, false]],
];

describe.each(SHAPES)('a large body of %s', (_what, text, rules) => {
  test.each(rules)('lets others in while it is read, arguments seen: %j', async (sees) => {
    const { outcome, turns } = await inTurns(text, sees);
    expect(turns).toBeGreaterThan(1);
    const atOnce = readMessages(Buffer.from(text), {}, { seesArguments: sees });
    expect(outcome instanceof MessageProblem).toBe(atOnce instanceof MessageProblem);
    if (outcome instanceof MessageProblem) expect(outcome).toEqual(atOnce);
  });
});

test('a large body says the same, read in turns or at once', async () => {
  const item = (i: number) =>
    `{"userName":"n${i} , whose name is longer than most others that one meets","list":[${i},[[{"deep":1e400}]]],"Key":1,"key":2}`;
  const text = call(`{"a":${fill('[', item, ']')}}`);
  const { outcome } = await inTurns(text);
  const read = (body: typeof outcome) => copyShown((body as McpBody).messages[0]?.arguments);
  const atOnce = readMessages(Buffer.from(text), {}, { seesArguments: true });
  expect(JSON.stringify(read(outcome))).toBe(JSON.stringify(read(atOnce)));
});

test('a small body is read without waiting', () => {
  const outcome = readMessagesInTurns(
    Buffer.from(call('{"a":1}')),
    {},
    { seesArguments: true },
    () => true,
  );
  expect(outcome).not.toBeInstanceOf(Promise);
  expect(outcome).toMatchObject({ isBatch: false });
});

test('nothing more is read once nobody waits for it', async () => {
  let asked = 0;
  const text = call(`{"a":${fill('[', () => '[]', ']')}}`);
  const outcome = await readMessagesInTurns(
    Buffer.from(text),
    {},
    { seesArguments: true },
    () => ++asked < 3,
  );
  expect([outcome, asked]).toEqual([undefined, 3]);
});
