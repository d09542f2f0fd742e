import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonCursor } from '../../src/mcp/json/cursor.ts';
import { IN_ANY_TEXT, plainRunsIn } from '../../src/mcp/json/plain-runs.ts';
import { MessageProblem } from '../../src/mcp/message-problem.ts';
import { call, read } from './support/read.ts';

const SHORT: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Reads an array of strings character by character; undefined where it is no JSON. */
function readPlainly(text: string): string[] | undefined {
  let at = 0;
  const take = (char: string): boolean => text[at] === char && ++at > 0;
  const strings: string[] = [];
  if (!take('[')) return undefined;
  do {
    if (!take('"')) return undefined;
    let value = '';
    while (!take('"')) {
      const char = text[at++];
      if (char === undefined || char < ' ') return undefined;
      if (char !== '\\') {
        value += char;
        continue;
      }
      const escaped = text[at++] ?? '';
      const hex = text.slice(at, at + 4);
      if (escaped === 'u' && /^[\dA-Fa-f]{4}$/.test(hex)) {
        value += String.fromCharCode(Number.parseInt(hex, 16));
        at += 4;
      } else if (escaped in SHORT) value += SHORT[escaped];
      else return undefined;
    }
    strings.push(value);
  } while (take(','));
  return take(']') && at === text.length ? strings : undefined;
}

interface Passed {
  readonly strings: readonly string[];
  /** Where each ends. */
  readonly ends: readonly number[];
}

function passWith(cursor: JsonCursor, isRead: boolean): Passed | undefined {
  const strings: string[] = [];
  const ends: number[] = [];
  try {
    if (!cursor.isAtArray()) return undefined;
    for (let has = cursor.openArray(); has; has = cursor.nextItem()) {
      if (!cursor.isAtString()) return undefined;
      const start = cursor.start();
      if (isRead) strings.push(cursor.string());
      else {
        cursor.skip();
        strings.push(JSON.parse(cursor.since(start)));
      }
      ends.push(cursor.position);
    }
    cursor.end();
  } catch (problem) {
    expect(problem).toBeInstanceOf(MessageProblem);
    return undefined;
  }
  return { strings, ends };
}

/** The same text as V8 may hold it: in one piece, as a part of another, as two that were put together. */
const HELD: Readonly<Record<string, (text: string) => string>> = {
  'in one piece': (text) => Buffer.from(text, 'utf16le').toString('utf16le'),
  'as a part': (text) => `[[[ "${text}\\" ]]]`.slice(5, -6),
  'put together': (text) => text.slice(0, text.length >> 1) + text.slice(text.length >> 1),
};

// Around the number of characters that are looked at before a search, and a block of V8's.
const LENGTHS = [0, 1, 2, 3, 4, 15, 30, 31, 32, 33, 34, 63, 64, 65, 66, 127, 128, 129, 300, 5000];
// Neighbours of what ends a run; one byte and two; with the byte of a quote or backslash in them.
const PLAIN = ['a', ' ', '!', '#', '[', ']', '\x7f', 'Z', "'", '{', '}', ',', ':', '/'];
const BEYOND = ['\x80', '\xff', '\u0122', '\u2222', '\u225c', '\u5c22', '\u2028', '\ud83d\ude00'];
const HALVES = ['\ud800', '\udfff'];
const ESCAPES = [...Object.keys(SHORT), 'u0041', 'u0022', 'u005C', 'u0000', 'ud83d', 'uDE00'];
const BROKEN = ['\\x', '\\u12', '\\u12g4', '\\', '\\u', '"', '\0', '\x1f', '\n', '\t', '\r'];

function textsOf(chars: readonly string[]): fc.Arbitrary<string> {
  const run = fc
    .tuple(fc.constantFrom(...chars), fc.constantFrom(...LENGTHS), fc.constantFrom(...chars))
    .map(([char, count, last]) => char.repeat(count) + last);
  const escapes = fc
    .tuple(fc.constantFrom(...ESCAPES), fc.constantFrom(1, 2, 15, 16, 40, 999, 1000, 1001, 2500))
    .map(([char, count]) => `\\${char}`.repeat(count));
  const part = fc.oneof(
    { weight: 6, arbitrary: run },
    { weight: 3, arbitrary: escapes },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN, '') },
  );
  // What is cut is hardly ever JSON: most texts are whole, so that many are read and many refused.
  const cut = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat() },
  );
  const string = fc.array(part, { maxLength: 4 }).map((parts) => `"${parts.join('')}"`);
  return fc
    .tuple(fc.array(string, { minLength: 1, maxLength: 4 }), cut)
    .map(([strings, length]) => {
      const text = `[${strings.join(',')}]`;
      return length === undefined ? text : text.slice(0, length % text.length);
    });
}

const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ASCII: textsOf(PLAIN),
  'one byte a character': textsOf([...PLAIN, '\x80', '\xff']),
  'two bytes a character': textsOf([...PLAIN, ...BEYOND]),
  'halves of surrogate pairs': textsOf([...BEYOND, ...HALVES]),
};

describe.each(Object.entries(TEXTS))(
  'strings are read as character by character: %s',
  (_of, texts) => {
    test.each(Object.entries(HELD))('a text held %s', (_how, hold) => {
      let read = 0;
      let refused = 0;
      const property = fc.property(texts, fc.boolean(), (source, isRead) => {
        const expected = readPlainly(source);
        if (expected === undefined) refused += 1;
        else read += 1;
        const text = hold(source);
        for (const runs of [IN_ANY_TEXT, plainRunsIn(Buffer.from(source))]) {
          const passed = passWith(new JsonCursor(text, runs), isRead);
          expect(passed?.strings).toEqual(expected);
          if (passed !== undefined) expect(source[(passed.ends.at(-1) ?? 0) - 1]).toBe('"');
        }
      });
      fc.assert(property, { numRuns: 400 });
      expect(read).toBeGreaterThan(50);
      expect(refused).toBeGreaterThan(50);
    });
  },
);

describe('a body is read as character by character', () => {
  test.each(['ASCII', 'one byte a character', 'two bytes a character'])('%s', (of) => {
    let count = 0;
    const property = fc.property(
      TEXTS[of] as fc.Arbitrary<string>,
      fc.boolean(),
      (list, isLong) => {
        const expected = readPlainly(list);
        // Long enough for the whole of it to be looked at first.
        const outcome = read(call(`{"a":"${'-'.repeat(isLong ? 5000 : 0)}","list":${list}}`));
        const isJson = !(outcome instanceof MessageProblem) || outcome.reason !== 'parse_error';
        expect(isJson).toBe(expected !== undefined);
        if (outcome instanceof MessageProblem || expected === undefined) return;
        const shown = outcome.messages[0]?.arguments?.list as string[];
        for (const [i, text] of expected.entries()) {
          if (text.isWellFormed() && !text.includes('\0')) expect(shown[i]).toBe(text);
          else expect(() => shown[i]).toThrow(TypeError);
          count += 1;
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
    expect(count).toBeGreaterThan(100);
  });

  test.each([0, 1, 2, 3])(
    'whatever the place of its bytes in memory: %j bytes in front',
    (before) => {
      for (const behind of [0, 1, 2, 3]) {
        const body = Buffer.from(call(`{"a":"${'a'.repeat(5000 + behind)}"}`));
        const shifted = Buffer.alloc(before + body.length + 1, '\n').subarray(before, -1);
        const at = body.indexOf('aaaa');
        for (let i = 0; i < 5000 + behind; i += i < 8 || i > 4990 ? 1 : 97) {
          body.copy(shifted);
          shifted[at + i] = 0x1f;
          expect(read(shifted)).toMatchObject({ reason: 'parse_error' });
        }
        body.copy(shifted);
        expect(read(shifted)).not.toBeInstanceOf(MessageProblem);
      }
    },
  );
});

test('a control character is found in every byte of a word, between bytes of every value', () => {
  for (let place = 0; place < 8; place += 1) {
    for (const beside of ['\x20', '\x21', '\x7f', '~']) {
      const text = beside.repeat(5000);
      const behind = text.slice(0, 2000 + place) + text.slice(2001 + place);
      for (let code = 0; code < 0x20; code += 1) {
        const source = `["${behind.slice(0, 2000 + place)}${String.fromCharCode(code)}${behind.slice(2000 + place)}"]`;
        const cursor = new JsonCursor(source, plainRunsIn(Buffer.from(source)));
        expect(passWith(cursor, true)).toBeUndefined();
      }
      const source = `["${text}"]`;
      const cursor = new JsonCursor(source, plainRunsIn(Buffer.from(source)));
      expect(passWith(cursor, true)?.strings).toEqual([text]);
    }
  }
});

test('millions of escapes are passed over', () => {
  const escapes = '\\n\\u0041'.repeat(2_000_000);
  const cursor = new JsonCursor(`["${escapes}"]`);
  expect(passWith(cursor, true)?.strings).toEqual(['\nA'.repeat(2_000_000)]);
  expect(passWith(new JsonCursor(`["${escapes}\\x"]`), true)).toBeUndefined();
});
