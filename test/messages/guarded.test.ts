import { types } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { call, message } from './support/read.ts';

const SPELLING = /another spelling/;
const argumentsOf = (args: string) => message(call(args)).arguments as Record<string, unknown>;

describe('what a policy asks for in another spelling', () => {
  test.each([
    ['userName', 'username'],
    ['username', 'userName'],
    ['username', 'USERNAME'],
    ['\u017fize', 'size'],
    ['size', '\u017fize'],
    ['\u00c4ra', '\u00e4ra'],
    ['\u00e4ra', '\u00c4ra'],
    ['\u0130d', 'id'],
    ['pa\u200bth', 'path'],
    ['toJson', 'tojson'],
    ['Then', 'THEN'],
  ])('%j is there, %j is asked for', (own, asked) => {
    const args = argumentsOf(`{"x":0,"${own}":1,"list":[{"${own}":1}]}`);
    const nested = (args.list as Record<string, unknown>[])[0];
    for (const object of [args, nested] as Record<string, unknown>[]) {
      // Once more: what was found the first time is remembered.
      for (const _again of [1, 2]) {
        expect(() => object[asked]).toThrow(SPELLING);
        expect(() => asked in object).toThrow(SPELLING);
        expect(() => Object.hasOwn(object, asked)).toThrow(SPELLING);
        expect(object.other).toBeUndefined();
        expect(object[own]).toBe(1);
      }
    }
  });

  test.each(['toJson', 'TOJSON', 'tojson', 'Then', 'THEN'])(
    'with %j in it an object can be written as JSON, and awaited',
    async (name) => {
      const args = argumentsOf(`{"${name}":1,"a":{"${name}":2}}`);
      expect(JSON.stringify(args)).toBe(`{"${name}":1,"a":{"${name}":2}}`);
      expect(await args).toBe(args);
    },
  );

  test('to ask what is absent goes through the names of an object not even once', () => {
    const names = Array.from({ length: 60_000 }, (_, i) => `"k${i}":1`).join();
    const args = argumentsOf(`{${names},"Key":1}`);
    const keys = Object.keys;
    const found: unknown[] = [];
    let count = 0;
    Object.keys = (object: object) => {
      count++;
      return keys(object);
    };
    try {
      for (let i = 0; i < 100; i++) found.push(args[`absent${i}`]);
    } finally {
      Object.keys = keys;
    }
    expect(count).toBe(0);
    expect(new Set(found)).toEqual(new Set([undefined]));
    expect(() => args.key).toThrow(SPELLING);
  });
});

test('lists are plain and frozen, so that to go through them costs nothing', () => {
  const { list } = argumentsOf('{"list":[1,"a",[],[2.5,[{"a":1}]],{"b":[3]}]}');
  const nested = (list as unknown[])[3] as unknown[];
  for (const plain of [list, nested, nested[1]]) {
    expect([types.isProxy(plain), Object.isFrozen(plain)]).toEqual([false, true]);
  }
  expect(types.isProxy((list as unknown[])[4])).toBe(true);
  // What is on the way to something unclear is as plain.
  const unclear = argumentsOf('{"list":[[[9007199254740993]]]}').list as unknown[][][];
  expect([unclear, unclear[0], unclear[0]?.[0]].map(types.isProxy)).toEqual([false, false, true]);
});

test('an object in which all is clear is written as JSON without being asked for each member', () => {
  const text = '{"b":1,"A":[{"c":{"d":"e","toJSON":1}}],"f":{"g":{}}}';
  const args = argumentsOf(text);
  expect(JSON.stringify(args)).toBe(text);
  expect(JSON.stringify({ args }, null, 1)).toBe(
    JSON.stringify({ args: JSON.parse(text) }, null, 1),
  );
  const { toJSON } = args as unknown as { toJSON: () => { b: number } };
  expect(() => {
    toJSON.call(args).b = 2;
  }).toThrow(TypeError);
  expect(args.b).toBe(1);
});

test('nothing in a list can be changed by way of its descriptors', () => {
  const list = argumentsOf('{"list":[{"a":1}]}').list as object[];
  const item = Object.getOwnPropertyDescriptor(list, 0)?.value as { a: number };
  expect(() => {
    item.a = 2;
  }).toThrow(TypeError);
  expect(Object.getOwnPropertyDescriptor(list, 'length')?.value).toBe(1);
});

test('empty objects cannot be changed, and share nothing', () => {
  const { a, b } = argumentsOf('{"a":{},"b":[{}]}') as { a: object; b: object[] };
  for (const empty of [a, b[0] as object]) {
    expect(() => Object.assign(empty, { x: 1 })).toThrow(TypeError);
    expect([Object.keys(empty), 'x' in empty, JSON.stringify(empty)]).toEqual([[], false, '{}']);
    expect(Object.getPrototypeOf(empty)).toBeNull();
  }
});
