import { describe, expect, test } from '@jest/globals';
import { UnclearValueError } from '../../src/mcp/json/unclear.ts';
import { call, message, refused } from './support/read.ts';

type Args = Record<string, Record<string, unknown>>;

const argumentsOf = (args: string) => message(call(args)).arguments as Args;

/** Ways to read a value of an object. */
const READINGS: [string, (object: Record<string, unknown>, name: string) => unknown][] = [
  ['its name', (object, name) => object[name]],
  ['Object.values', (object) => Object.values(object)],
  ['Object.entries', (object) => Object.entries(object)],
  ['Object.assign', (object) => Object.assign({}, object)],
  ['a copy', (object) => ({ ...object })],
  ['the rest of others', ({ other: _, ...rest }) => rest],
  ['JSON.stringify', (object) => JSON.stringify(object)],
  ['JSON.stringify of what it is in', (object) => JSON.stringify([{ object }])],
  ['structuredClone', (object) => structuredClone(object)],
  ['its descriptor', (object, name) => Object.getOwnPropertyDescriptor(object, name)?.get?.()],
  [
    'for in',
    (object) => {
      const values: unknown[] = [];
      for (const name in object) values.push(object[name]);
      return values;
    },
  ],
];

/** Members whose names some reader takes for one. */
const TWINS: [string, string, string][] = [
  ['in case', 'http_proxy', 'HTTP_PROXY'],
  ['composed and decomposed', '\u00e9t\u00e9', 'e\u0301te\u0301'],
  ['with a soft hyphen', 'auth', 'au\u00adth'],
  [
    'with a non-joiner, as in Persian',
    '\u0645\u06cc\u200c\u062e\u0648\u0631\u062f',
    '\u0645\u06cc\u062e\u0648\u0631\u062f',
  ],
  ['with a variation selector', '\u2764', '\u2764\ufe0f'],
  ['in full width', 'path', '\uff50ath'],
  ['with a digit above', 'x2', 'x\u00b2'],
];

describe.each(TWINS)('two members that are alike, %s', (_how, one, other) => {
  const text = `{"env":{"${one}":1,"other":2,"${other}":3},"path":{"x":4}}`;

  test('pass where nobody looks at them', () => {
    const args = argumentsOf(text);
    expect(args.path?.x).toBe(4);
    const env = args.env as Record<string, unknown>;
    expect([Object.keys(env), env.other, env.absent]).toEqual([
      [one, 'other', other],
      2,
      undefined,
    ]);
    expect([one in env, Object.hasOwn(env, other)]).toEqual([true, true]);
  });

  test.each(READINGS)('cannot be read by way of %s', (_way, read) => {
    for (const name of [one, other]) {
      expect(() => read(argumentsOf(text).env as Record<string, unknown>, name)).toThrow();
    }
  });

  test('are refused by name, in either order, and in any third spelling', () => {
    for (const order of [text, `{"env":{"${other}":1,"other":2,"${one}":3}}`]) {
      const env = argumentsOf(order).env as Record<string, unknown>;
      for (const name of [one, other, one.toUpperCase(), `${one}\u200b`]) {
        expect(() => env[name]).toThrow(UnclearValueError);
      }
    }
  });
});

test('three of a kind are all refused', () => {
  const { a } = argumentsOf('{"a":{"key":1,"Key":2,"KEY":3}}');
  for (const name of ['key', 'Key', 'KEY']) expect(() => a?.[name]).toThrow(UnclearValueError);
});

describe.each([
  ['NUL', '\\u0000'],
  ['NUL behind something', 'main\\u0000'],
  ['NUL within', 'main\\u0000x'],
  ['half a pair', '\\ud83d'],
  ['the other half', 'cut \\ude00'],
  ['a pair in the wrong order', '\\ude00\\ud83d'],
])('a text with %s', (_what, text) => {
  test.each(READINGS)('cannot be read by way of %s', (_way, read) => {
    const { a } = argumentsOf(`{"a":{"b":"${text}","other":1}}`);
    expect(a?.other).toBe(1);
    expect(() => read(a as Record<string, unknown>, 'b')).toThrow();
  });

  test('passes where nobody reads it, and is not read in lists', () => {
    const { list } = argumentsOf(`{"list":[1,"${text}",[2]]}`) as unknown as { list: unknown[] };
    expect([list[0], list[2], list.length]).toEqual([1, [2], 3]);
    for (const read of [() => list[1], () => [...list], () => JSON.stringify(list)]) {
      expect(read).toThrow(UnclearValueError);
    }
  });

  test('is no revision, no level and no token', () => {
    const body = (params: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":${params}}`;
    const { params } = message(body(`{"level":"${text}","_meta":{"progressToken":"${text}"}}`), {
      seesArguments: false,
    });
    expect(() => params?.level).toThrow(UnclearValueError);
    const meta = params?._meta as { readonly progressToken: unknown };
    expect(() => meta.progressToken).toThrow(UnclearValueError);
  });
});

test('texts with other escapes are read', () => {
  const { a } = argumentsOf('{"a":{"b":"\\ud83d\\ude00\\u0001\\n\\"\\\\u0000"}}');
  expect(a?.b).toBe('\u{1f600}\u0001\n"\\u0000');
});

describe.each([
  ['small', 1],
  ['large', 100_000],
])('half a pair in a text of a %s body', (_size, length) => {
  const text = 'long enough to be copied \\ud83d';
  const padding = `"padding":"${'x'.repeat(length)}"`;
  const request = (id: string, method: string) =>
    `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":{"level":"${text}",${padding}}}`;

  test.each([true, false])('cannot be read, with arguments seen: %s', (seesArguments) => {
    const { params, id } = message(request(text, 'logging/setLevel'), { seesArguments });
    expect(() => params?.level).toThrow(UnclearValueError);
    expect(id).toBe('long enough to be copied \ud83d');
  });

  test('is in the name of no method', () => {
    expect(refused(request('1', text))).toMatchObject({ reason: 'invalid_request' });
  });
});
