import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { call, message, refused } from './support/read.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** Long enough to be made for whoever reads it, and a little less. */
const LENGTHS = [4000, 4094, 4095, 4096, 4097, 9000];
const UNITS = ['a', ' ', '\n', '"', '\\\\', '\t/', '\u00e9', '\u65e5', '\u{1f600}', 'word "x"\n'];

const texts = fc
  .tuple(fc.constantFrom(...UNITS), fc.constantFrom(...LENGTHS), fc.constantFrom('', ...UNITS))
  .map(([unit, length, last]) => unit.repeat(Math.ceil(length / unit.length)) + last);
const values = fc.oneof(texts, fc.string({ unit: 'grapheme' }), fc.constant(['x'.repeat(5000)]));
const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'Long'), values);

function argumentsOf(source: string): Arguments {
  return message(call(source)).arguments as Arguments;
}

/** Each way to read all of them. */
const WAYS: Readonly<Record<string, (args: Arguments) => [string, unknown][]>> = {
  'one by one': (args) => Object.keys(args).map((name) => [name, args[name]]),
  'as entries': (args) => Object.entries(args),
  'as a copy': (args) => Object.entries({ ...args }),
  'by descriptors': (args) =>
    Object.entries(Object.getOwnPropertyDescriptors(args)).map(([name, { value }]) => [
      name,
      value,
    ]),
  'as JSON': (args) => Object.entries(JSON.parse(JSON.stringify(args))),
  'as what is written as JSON': (args) =>
    Object.entries(args.toJSON instanceof Function ? args.toJSON() : args),
  'after they were written as JSON': (args) => {
    JSON.stringify(args);
    return Object.entries(args);
  },
};

describe('long texts in arguments read as JSON.parse has them', () => {
  test.each(Object.entries(WAYS))('%s', (_way, readAll) => {
    let long = 0;
    const property = fc.property(objects, fc.boolean(), (object, isNested) => {
      const source = JSON.stringify(object);
      const args = argumentsOf(isNested ? `{"in":${source}}` : source);
      const shown = (isNested ? args.in : args) as Arguments;
      expect(readAll(shown)).toEqual(Object.entries(JSON.parse(source)));
      // Once more: what was read stays so.
      expect(readAll(shown)).toEqual(Object.entries(JSON.parse(source)));
      if (source.length > 5000) long += 1;
    });
    fc.assert(property, { numRuns: 200 });
    expect(long).toBeGreaterThan(50);
  });
});

const LONG = 'a'.repeat(5000);

test.each(['\\u0000', '\\ud800', '\\uDFFF'])('what readers differ on is not shown: %s', (half) => {
  for (const text of [LONG + half, half + LONG, `${LONG}\\n${half}${LONG}`]) {
    const args = argumentsOf(`{"text":"${text}","b":1}`);
    expect(args.b).toBe(1);
    expect(() => args.text).toThrow(TypeError);
    expect(() => JSON.stringify(args)).toThrow(TypeError);
  }
});

test('what is written by its code is shown', () => {
  const args = argumentsOf(`{"text":"\\u0041${LONG}\\n\\ud83d\\ude00"}`);
  expect(args.text).toBe(`A${LONG}\n\u{1f600}`);
});

test('a name that is there twice is refused, whichever is long', () => {
  for (const [a, b] of [
    [LONG, 'b'],
    ['a', LONG],
    [LONG, LONG],
  ]) {
    expect(refused(call(`{"text":"${a}","text":"${b}"}`)).message).toMatch(/repeated/);
  }
});

test('names that are alike are shown to nobody, whichever is long', () => {
  const args = argumentsOf(`{"text":"${LONG}","Text":"${LONG}"}`);
  expect(() => args.text).toThrow(TypeError);
  expect(() => args.Text).toThrow(TypeError);
});

test('a long text that is not JSON is refused', () => {
  for (const end of ['\\x', '\n', '\0', '\\u12g4', '\\n\\']) {
    expect(refused(call(`{"text":"${LONG}${end}"}`)).reason).toBe('parse_error');
  }
});
