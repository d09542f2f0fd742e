/**
 * What the strict reading of messages costs. Up to 64 KB the event loop stands still for as long as it
 * takes, above that for the longest turn; a policy that walks what it is shown should pay little more
 * than on what `JSON.parse` gives. Run it with `node test/bench/messages-strict.ts`.
 */

import { MAX_DEPTH } from '../../src/mcp/json/cursor.ts';
import type { McpBody } from '../../src/mcp/message/message.ts';
import { readMessages, readMessagesInTurns } from '../../src/mcp/message/read-messages.ts';
import { MessageProblem } from '../../src/mcp/message-problem.ts';
import { HEADERS, REQUEST } from './messages.ts';

const MEGABYTE = 1_000_000;
const RUNS = 15;
const headers = { ...HEADERS, 'content-length': String(REQUEST.length) };

/** Repeats `item` up to a size, by default a megabyte, and puts it between the brackets. */
function fill(
  open: string,
  item: (i: number) => string,
  close: string,
  most: number = MEGABYTE,
): string {
  const items: string[] = [];
  for (let size = 0, i = 0; size < most; i++) {
    const next = item(i);
    items.push(next);
    size += next.length + 1;
  }
  return open + items.join() + close;
}

function call(args: string): Buffer {
  return Buffer.from(
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":${args}}}`,
  );
}

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

function members(count: number): string {
  return Array.from({ length: count }, (_, i) => `"k${i}":1`).join();
}

/** Names with combining marks in the wrong order, which are put in order to fold them. */
function marks(count: number, length: number): string {
  const name = (i: number) => `a${i}${'\u0344\u0316'.repeat(length / 2)}`.slice(0, length);
  return `{${Array.from({ length: count }, (_, i) => `"${name(i)}":1`).join()}}`;
}

/** With it objects are large enough for a megabyte to have no more of them than may be. */
const FILLER = '"text":"some"';

const DOCUMENTS: Readonly<Record<string, Buffer>> = {
  'many small members': call(fill('{', (i) => `"k${i}":1`, '}')),
  'the same, some with capitals': call(fill('{', (i) => `"${i < 5_000 ? 'K' : 'k'}${i}":1`, '}')),
  'the same, some beyond ASCII': call(
    fill('{', (i) => `"${i < 5_000 ? '\u1e9b' : 'k'}${i}":1`, '}'),
  ),
  'the same, escaped': call(fill('{', (i) => `"\\u0061${i}":1`, '}')),
  'many small objects': call(fill('{"a":[', (i) => `{"a":${i},${FILLER}}`, ']}')),
  'the same, with capitals': call(fill('{"a":[', (i) => `{"userName":${i},${FILLER}}`, ']}')),
  'the same, beyond ASCII': call(fill('{"a":[', (i) => `{"\u1e9b":${i},${FILLER}}`, ']}')),
  'many shapes of objects': call(fill('{"a":[', (i) => `{"a${i}":1,${FILLER}}`, ']}')),
  'empty objects': call(fill('{"a":[', () => '{}', ']}')),
  'long names of marks': call(marks(390, 256)),
  'numbers that are not kept': call(fill('{"a":[', () => '9007199254740993', ']}')),
  'one string': call(`{"a":"${'a'.repeat(MEGABYTE)}"}`),
  'one string of escapes': call(`{"a":"${'\\u0061'.repeat(MEGABYTE / 6)}"}`),
  'one string of short escapes': call(`{"a":"${'\\"'.repeat(MEGABYTE / 2)}"}`),
  'one string of halves of pairs': call(`{"a":"${'\\ud800'.repeat(MEGABYTE / 6)}"}`),
  'one string of lines': call(`{"a":"${`${'x'.repeat(78)}\\n`.repeat(MEGABYTE / 80)}"}`),
  'one string of runs of 50': call(`{"a":"${`${'x'.repeat(50)}\\n`.repeat(MEGABYTE / 52)}"}`),
  'runs of 50 beyond ASCII': call(`{"a":"${`${'\u2222'.repeat(50)}\\n`.repeat(MEGABYTE / 152)}"}`),
  'one string beyond ASCII': call(`{"a":"${'\u2222'.repeat(MEGABYTE / 3)}"}`),
  'one string behind a line break': call(`\n{"a":"${'a'.repeat(MEGABYTE)}"}`),
  'strings of 50': call(fill('{"a":[', () => `"${'x'.repeat(50)}"`, ']}')),
  'strings of 50 beyond ASCII': call(fill('{"a":[', () => `"${'\u2222'.repeat(50)}"`, ']}')),
  'names of three letters': call(
    fill('{"a":[', (i) => `{"abc":${i},"abd":1,"abe":"xyz"}`, ']}', 900_000),
  ),
  'nested to the limit': call(fill('{"a":[', () => nested(MAX_DEPTH - 4), ']}')),
  numbers: call(fill('{"a":[', (i) => String(i), ']}')),
  'batch of messages with members': Buffer.from(
    fill('[', () => `{"jsonrpc":"2.0","id":1,"method":"ping",${members(990)}}`, ']'),
  ),
  'batch of notifications': Buffer.from(
    fill('[', () => '{"jsonrpc":"2.0","method":"notifications/initialized"}', ']'),
  ),
  'refused: members of the message': Buffer.from(
    fill('{"jsonrpc":"2.0","id":1,"method":"ping",', (i) => `"k${i}":1`, '}'),
  ),
  'refused: members of params': Buffer.from(
    fill('{"jsonrpc":"2.0","id":1,"method":"ping","params":{', (i) => `"k${i}":1`, '}}'),
  ),
  'refused: batch of {}': Buffer.from(fill('[', () => '{}', ']')),
  'refused: 100,000 levels': call(`{"a":${nested(100_000)}}`),
  'refused: 100,000 levels, open': Buffer.from('['.repeat(100_000)),
  'refused: 1 MB of brackets': Buffer.from('['.repeat(MEGABYTE)),
};

/** What is dense: 4 MB, or as much of it as there may be values. */
const LARGEST = 4 * MEGABYTE;
const dense = (item: string, values: number): string => {
  const most = Math.min(LARGEST, Math.floor((990_000 / values) * (item.length + 1)));
  return `{"a":${fill('[', () => item, ']', most)}}`;
};

const LARGE: Readonly<Record<string, string>> = {
  numbers: dense('1', 1),
  fractions: dense('0.123456', 1),
  'empty texts': dense('""', 1),
  'empty lists': dense('[]', 1),
  'lists of one': dense('[1]', 2),
  'lists in 200 lists': dense(nested(200), 200),
  names: fill('{', (i) => `"k${i}":1`, '}', LARGEST),
  objects: `{"a":${fill('[', (i) => `{"name":"n${i}","of":[${i}],"text":"${'a'.repeat(60)}"}`, ']', LARGEST)}}`,
  'one text of escapes': `{"a":"${'\\n'.repeat(LARGEST / 2)}"}`,
};

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** What is refused only where arguments are seen. */
const TOO_MUCH: Readonly<Record<string, Buffer>> = {
  'refused: capitalised names': call(fill('{', (i) => `"K${i}":1`, '}')),
  'refused: one name of marks': call(marks(1, 500_000)),
  'refused: names beyond ASCII': call(fill('{', (i) => `"\u1e9b${i}":1`, '}')),
  'refused: very small objects': call(fill('{"a":[', () => '{"A":0}', ']}')),
  'refused: one such an object': call(fill('{"a":[', (i) => `{"\u1e9b${i}":1}`, ']}')),
};

for (const seesArguments of [true, false]) {
  console.log(`\narguments ${seesArguments ? 'seen' : 'not seen'}, ms: first, median; JSON.parse`);
  for (const [name, body] of Object.entries({
    ...DOCUMENTS,
    ...(seesArguments ? TOO_MUCH : {}),
  })) {
    const times: number[] = [];
    const parseTimes: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const start = performance.now();
      const outcome = readMessages(body, {}, { seesArguments });
      times.push(performance.now() - start);
      if (outcome instanceof MessageProblem !== name.startsWith('refused')) {
        throw new Error(`${name}: ${JSON.stringify(outcome)}`);
      }
    }
    if (!name.startsWith('refused')) {
      for (let i = 0; i < RUNS; i++) {
        const start = performance.now();
        JSON.parse(body.toString());
        parseTimes.push(performance.now() - start);
      }
    }
    const [first = 0] = times;
    const columns = [first, median(times), median(parseTimes)].map(
      (time) => time?.toFixed(1) ?? '-',
    );
    console.log(name.padEnd(32), ...columns.map((column) => column.padStart(7)));
  }

  if (readMessages(REQUEST, headers, { seesArguments }) instanceof MessageProblem) {
    throw new Error('The usual call is refused');
  }
  const COUNT = 200_000;
  let start = 0;
  for (const _run of ['warm up', 'measure']) {
    start = performance.now();
    for (let i = 0; i < COUNT; i++) readMessages(REQUEST, headers, { seesArguments });
  }
  const micros = ((performance.now() - start) * 1000) / COUNT;
  console.log(`${REQUEST.length} bytes, a tool call:`.padEnd(32), `${micros.toFixed(2)} us`);
}

function walk(value: object): number {
  let count = 0;
  for (const name of Object.keys(value)) {
    const member: unknown = (value as Record<string, unknown>)[name];
    count += typeof member === 'object' && member !== null ? walk(member) : 1;
  }
  return count;
}

/** The shortest of some runs, in milliseconds. */
function shortest(run: () => unknown): string {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times).toFixed(0);
}

/** How long a body takes in all, and at most at a time. */
async function readLarge(body: Buffer) {
  let last = performance.now();
  const start = last;
  let longest = 0;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    return true;
  };
  const outcome = await readMessagesInTurns(body, {}, { seesArguments: true }, turn);
  turn();
  return { outcome: outcome as McpBody, total: last - start, longest };
}

console.log('\n4 MB, ms: JSON.parse; in all, longest turn; walk, written as JSON: plain, shown');
for (const [name, args] of Object.entries(LARGE)) {
  const body = call(args);
  await readLarge(body);
  const { outcome, total, longest } = await readLarge(body);
  if (outcome instanceof MessageProblem) throw new Error(`${name}: ${outcome.message}`);
  const shown = outcome.messages[0]?.arguments ?? {};
  const plain: object = JSON.parse(args);
  const columns = [
    shortest(() => JSON.parse(args)),
    total.toFixed(0),
    longest.toFixed(1),
    shortest(() => walk(plain)),
    shortest(() => walk(shown)),
    shortest(() => JSON.stringify(plain)),
    shortest(() => JSON.stringify(shown)),
  ];
  console.log(name.padEnd(32), ...columns.map((column) => column.padStart(7)));
}
