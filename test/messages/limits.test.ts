import { describe, expect, test } from '@jest/globals';
import { accepted, call, message, refused, request } from './support/read.ts';

const TOO_MANY = { reason: 'invalid_request', code: -32600, id: null };

const repeat = (count: number, item: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join();

const members = (count: number, name: (i: number) => string = (i) => `k${i}`) =>
  repeat(count, (i) => `"${name(i)}":1`);

/** Objects in which some names are known, with as many unknown ones. */
const LEVELS: [string, number, (count: number) => string][] = [
  ['the message', 3, (n) => `{"jsonrpc":"2.0","id":1,"method":"ping",${members(n)}}`],
  ['a response', 3, (n) => `{"jsonrpc":"2.0","id":1,"result":{},${members(n)}}`],
  ['params', 0, (n) => request('ping', `{${members(n)}}`)],
  ['_meta', 0, (n) => request('ping', `{"_meta":{${members(n)}}}`)],
  ['ref', 1, (n) => request('completion/complete', `{"ref":{"name":"a",${members(n)}}}`)],
  [
    'the last of a batch',
    2,
    (n) => `[${request('ping')},{"jsonrpc":"2.0","method":"a",${members(n)}}]`,
  ],
];

describe('a megabyte of JSON holds nobody up', () => {
  test.each(LEVELS)('%s has at most 1,000 members', (_level, known, around) => {
    for (const seesArguments of [true, false]) {
      accepted(around(1_000 - known), { seesArguments });
      const problem = refused(around(1_001 - known), { seesArguments });
      expect(problem).toMatchObject(TOO_MANY);
      expect(problem.message).toContain('1000');
    }
  });

  test.each<[string, (i: number) => string]>([
    ['capitals', (i) => `K${i}`],
    ['letters beyond ASCII', (i) => `\u00e9${i}`],
    ['letters that need folding', (i) => `\u1e9b${i}`],
    ['NUL', (i) => `k\\u0000${i}`],
    ['half a pair', (i) => `\\ud800${i}`],
  ])('at most 5,000 different names with %s', (_what, name) => {
    const names = call(`{${members(5_001, name)}}`);
    const objects = call(`{"a":[${repeat(5_001, (i) => `{"${name(i)}":1}`)}]}`);
    for (const body of [names, objects]) {
      const problem = refused(body, { seesArguments: true });
      expect(problem).toMatchObject(TOO_MANY);
      expect(problem.message).toContain('5000');
      // Nobody goes by them.
      accepted(body, { seesArguments: false });
    }
  });

  test('at most 50,000 objects that are read, without empty ones', () => {
    // The message, its params and arguments are three.
    const body = (count: number) => call(`{"a":[{},[{}],${repeat(count - 3, () => '{"a":{}}')}]}`);
    accepted(body(50_000));
    const problem = refused(body(50_001));
    expect(problem).toMatchObject(TOO_MANY);
    expect(problem.message).toContain('50000');
    accepted(body(50_001), { seesArguments: false });
  });

  test('at most 1,000,000 values that are read, empty ones included', () => {
    // The params, its name and arguments and the list are values, too.
    const body = (count: number, item: string) => call(`{"a":[${repeat(count - 4, () => item)}]}`);
    for (const item of ['1', '""', '[]', '{}', 'null']) {
      accepted(body(1_000_000 - 1, item));
      const problem = refused(body(1_000_001, item));
      expect(problem).toMatchObject(TOO_MANY);
      expect(problem.message).toContain('1000000');
    }
    accepted(body(1_000_001, '1'), { seesArguments: false });
  });

  test('a batch is read up to the first that is no message', () => {
    const tooMany = `{"jsonrpc":"2.0","method":"ping",${members(1_001)}}`;
    for (const first of ['{}', '1', '{"method":"ping"}']) {
      expect(refused(`[${request('ping')},${first},${tooMany}]`).message).not.toContain('1000');
    }
    expect(refused(`[${request('ping')},${tooMany}]`).message).toContain('1000');
  });

  test('as many lower-case names as fit', () => {
    const { arguments: args } = message(call(`{${members(80_000)}}`));
    expect(Object.keys(args as object)).toHaveLength(80_000);
  });

  test('the same names in 20,000 objects count once', () => {
    const list = repeat(20_000, (i) => `{"userName":"n${i}","\u00c4ra":${i},"id":${i}}`);
    const { arguments: args } = message(call(`{"list":[${list}]}`));
    const items = args?.list as { readonly userName: string }[];
    expect(items).toHaveLength(20_000);
    expect(items.at(-1)?.userName).toBe('n19999');
    const twins = message(call(`{"list":[${list},{"userName":1,"USERNAME":2}]}`)).arguments;
    const [last] = ((twins?.list ?? []) as { readonly userName: number }[]).slice(-1);
    expect(() => last?.userName).toThrow('differ only in case');
  });

  test('two of 5,000 that are alike are found', () => {
    const names = members(4_999, (i) => `K${i}`);
    accepted(call(`{${names}}`));
    for (const twin of ['k4998', 'k0', '\uff2b7']) {
      for (const order of [`"${twin}":1,${names}`, `${names},"${twin}":1`]) {
        const args = message(call(`{${order}}`)).arguments as Record<string, unknown>;
        expect(() => args[twin]).toThrow('differ only in case');
      }
    }
  });
});
