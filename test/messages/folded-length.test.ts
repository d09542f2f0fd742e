import { describe, expect, test } from '@jest/globals';
import { findLists } from '../../src/mcp/listed-items.ts';
import { UnclearValueError } from '../../src/mcp/unclear.ts';
import { accepted, call, message, refused, request } from './support/read.ts';

/** In the wrong order, so that `normalize` sorts them, which takes the square of their number. */
const MARKS = '\u0301\u0316';

/** Names with so many characters that have to be folded. */
const NAMES: [string, (length: number) => string][] = [
  ['combining marks', (length) => `a${MARKS.repeat(length)}`.slice(0, length)],
  ['capitals', (length) => 'A'.repeat(length)],
  ['letters that become many', (length) => '\ufdfa'.repeat(length)],
  ['what nobody sees', (length) => '\u200b'.repeat(length)],
];

/** Where names are folded. */
const LEVELS: [string, (member: string) => string][] = [
  ['the message', (member) => `{"jsonrpc":"2.0","id":1,"method":"ping",${member}}`],
  ['a response', (member) => `{"jsonrpc":"2.0","id":1,"result":{},${member}}`],
  ['params', (member) => request('ping', `{${member}}`)],
  ['_meta', (member) => request('ping', `{"_meta":{${member}}}`)],
  ['ref', (member) => request('completion/complete', `{"ref":{"name":"a",${member}}}`)],
];

describe('fault 49: names that take long to fold are not folded', () => {
  describe.each(NAMES)('%s', (what, name) => {
    test.each(LEVELS)('in %s', (_level, around) => {
      for (const seesArguments of [true, false]) {
        accepted(around(`"${name(256)}":1`), { seesArguments });
        for (const length of [257, 80_000]) {
          const problem = refused(around(`"${name(length)}":1`), { seesArguments });
          expect(problem).toMatchObject({ reason: 'invalid_request', code: -32600, id: null });
          expect(problem.message).toContain('256');
        }
      }
    });

    test('in arguments they pass, and are refused to whoever reads them', () => {
      const long = name(257);
      const args = message(call(`{"a":{"${long}":1,"b":2},"c":3}`)).arguments as {
        readonly a: Record<string, unknown>;
        readonly c: number;
      };
      expect([args.c, args.a.b, Object.keys(args.a)]).toEqual([3, 2, [long, 'b']]);
      // As what somebody else reads that name is not known.
      for (const read of [
        () => args.a[long],
        () => args.a.path,
        () => Object.hasOwn(args.a, 'path'),
        () => JSON.stringify(args),
        () => ({ ...args.a }),
      ]) {
        expect(read).toThrow(UnclearValueError);
      }
    });

    test('in lists that are filtered', () => {
      const lists = (length: number) =>
        findLists(`{"result":{"${name(length)}":1,"tools":[{"name":"t"}]}}`, new Set()).lists;
      expect(lists(256)).toHaveLength(1);
      for (const length of [257, 80_000]) expect(() => lists(length)).toThrow('too long');
    });

    // Capitals alone are put in lower case, which takes no time.
    if (what === 'capitals') return;
    test('where a policy asks for them', () => {
      const args = message(call('{"a":1}')).arguments as Record<string, unknown>;
      expect(args[name(256)]).toBeUndefined();
      for (const length of [257, 80_000]) {
        expect(() => args[name(length)]).toThrow(RangeError);
      }
    });
  });

  test('all of them together have at most 100,000 characters', () => {
    const names = (count: number) =>
      call(
        `{${Array.from({ length: count }, (_, i) => `"${`a${i}${MARKS.repeat(200)}`.slice(0, 250)}":1`).join()}}`,
      );
    accepted(names(400));
    expect(refused(names(401)).message).toContain('100000');
    accepted(names(401), { seesArguments: false });
  });

  test('names that need no folding are as long as anybody likes', () => {
    const long = 'a'.repeat(100_000);
    const args = message(call(`{"${long}":1,"b${long}":2}`)).arguments;
    expect([args?.[long], args?.[`c${long}`]]).toEqual([1, undefined]);
  });
});
