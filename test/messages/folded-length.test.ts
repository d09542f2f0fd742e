import { describe, expect, test } from '@jest/globals';
import { UnclearValueError } from '../../src/mcp/json/unclear.ts';
import { findLists } from '../../src/mcp/lists/listed-items.ts';
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

describe('names that take long to fold are not folded', () => {
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
      // Without what nobody sees nothing is left.
      if (what === 'what nobody sees') return;
      const long = name(257);
      const args = message(call(`{"a":{"${long}":1,"b":2,"${'b'.repeat(40)}":3},"c":3}`))
        .arguments as { readonly a: Record<string, unknown>; readonly c: number };
      const { a } = args;
      expect([args.c, Object.keys(a)]).toEqual([3, [long, 'b', 'b'.repeat(40)]]);
      expect([a.b, a.path, Object.hasOwn(a, 'path'), long in a]).toEqual([
        2,
        undefined,
        false,
        true,
      ]);
      // As what else of that length somebody reads the name is not known.
      for (const read of [
        () => a[long],
        () => a['b'.repeat(40)],
        () => a['c'.repeat(40)],
        () => Object.hasOwn(a, 'c'.repeat(40)),
        () => JSON.stringify(args),
        () => ({ ...a }),
        () => Object.values(a),
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

  test('a name with a great deal that nobody sees is another spelling of what is left', () => {
    const spelled = `pa${'\u200b'.repeat(300)}th`;
    for (const members of [
      `"${spelled}":1`,
      `"path":2,"${spelled}":1`,
      `"${spelled}":1,"path":2`,
    ]) {
      const args = message(call(`{"a":{${members},"b":3}}`)).arguments as {
        readonly a: Record<string, unknown>;
      };
      expect(args.a.b).toBe(3);
      expect(() => args.a.path).toThrow(UnclearValueError);
    }
  });

  test('a name that is longer than all together may be is refused, and never looked through', () => {
    const named = (length: number) => call(`{"a":{"${'\u200b'.repeat(length)}":1}}`);
    accepted(named(100_000));
    expect(refused(named(100_001)).message).toContain('too long');
  });

  test('a name that composition makes short is told from none that it may be', () => {
    // Four units that compose to one, which is as short as a name may become.
    const long = '\u03b1\u0313\u0300\u0345'.repeat(65);
    const short = '\u1f82'.repeat(65);
    const args = message(call(`{"a":{"${long}":1}}`)).arguments as {
      readonly a: Record<string, unknown>;
    };
    for (const asked of [long, short, short.toUpperCase()]) {
      expect(() => args.a[asked]).toThrow(TypeError);
    }
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
