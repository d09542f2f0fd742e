import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type CelOptions, cel } from '../../src/exports/cel.ts';
import { GatewayConfigError } from '../../src/index.ts';

/** The mistakes that are found, each with the place that is told. */
function mistakesIn(text: string): { offset: number; what: string; shown: string }[] {
  try {
    cel(text);
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayConfigError);
    return (error as GatewayConfigError).problems.map(({ path, expected }) => {
      expect(path).toBe('cel');
      const [sentence = '', ...shown] = expected.split('\n');
      const { what = '', offset } =
        /^an expression without mistakes: (?<what>.*) \(at offset (?<offset>\d+)/.exec(sentence)
          ?.groups ?? {};
      return { offset: Number(offset), what, shown: shown.join('\n') };
    });
  }
  return [];
}

/** Expressions, where in them the first mistake is, and what is told of it. */
const WRONG: readonly (readonly [text: string, offset: number, what: string])[] = [
  ['`a`==1', 0, "write ['…'] for a name that is no word"],
  ['', 0, 'an expression belongs here'],
  ['mcp.name ==', 9, 'what stands on one side of this operator is no expression'],
  ["mcp.name = 'a'", 9, 'write == to compare'],
  ["mcp.name == 'a' and true", 16, 'write && for and'],
  ["not (mcp.name == 'a')", 0, 'there is no function not; write ! for not'],
  ["mcp.name == 'a' & true", 16, 'write && for and'],
  ["mcp.name == 'a", 12, 'the text that begins here does not end'],
  ["(mcp.name == 'a'", 0, 'a ) is missing for this ('],
  ["mcp.name == 'a')", 15, 'this ) closes nothing'],
  ["mcp.name in ['a'", 12, 'a ] is missing for this ['],
  ["mcp.name === 'a'", 9, 'write == or !='],
  ["mcp.?name == 'a'", 3, 'optional fields are not part of this CEL: ask has(…)'],
  ["mcp.name == 'a';", 15, 'an expression has no ; behind it'],
  [
    "mcp.name.matches('\\d')",
    18,
    "\\d stands for nothing: write \\\\d, or r'…' for a text in which a backslash is one",
  ],
  ['[(1])', 3, 'this ] closes no ('],
  ["mcp.name 'a'", 9, 'an operator is missing in front of this'],
  ['in == 1', 0, 'this word is reserved in CEL'],
  ["tool == 'a'", 0, 'there is no tool: write mcp.name'],
  ["mpc.name == 'a'", 0, 'there is no mpc; mcp is probably meant'],
  ["user.id == 'a'", 0, 'there is no user: write principal'],
  [
    "req.method == 'GET'",
    0,
    'there is no req: write req_method, req_path, req_params, req_headers or req_querystring',
  ],
  ['and == true', 0, 'there is no and: write &&'],
  ["mcp.nme == 'a'", 4, 'mcp has no nme; name is probably meant'],
  ['has(mcp.nme)', 8, 'mcp has no nme; name is probably meant'],
  ["mcp['nme'] == 'a'", 4, 'mcp has no nme; name is probably meant'],
  ["mcp[mcp.name] == 'a'", 8, 'the members of mcp are known: write mcp.method'],
  [
    "principal.sub == 'a'",
    10,
    'principal has no sub; there are subject, issuer, clientId, scopes, roles, claims',
  ],
  [
    "principal.subject.id == 'a'",
    18,
    'a string has no member id: ask startsWith, endsWith, contains, matches or size',
  ],
  ["headers['X-Tenant'] == 'a'", 8, "headers has no X-Tenant: write 'x-tenant'"],
  ["headers.Host == 'a'", 8, 'headers has no Host: write host'],
  ["req_headers['x-tenant'] == ['a']", 12, "req_headers has no x-tenant: write 'X-Tenant'"],
  ["req_params.nick == 'a'", 11, 'req_params has no nick: write Nick'],
  [
    'resp_data.x == 1',
    0,
    'resp_data: there is no answer yet: an expression is asked before the request is sent, because a call that has been done cannot be undone; and its body passes unread',
  ],
  [
    'resp_metadata_status < 500',
    0,
    'resp_metadata_status: there is no answer yet: an expression is asked before the request is sent, because a call that has been done cannot be undone. To leave an upstream alone that answers so, set the option breaker, with its statuses',
  ],
  ['__proto__ == 1', 0, '__proto__ is not read: it means something else in JavaScript'],
  ['mcp.__proto__ == 1', 4, '__proto__ is not read: it means something else in JavaScript'],
  [
    'mcp.arguments.constructor == 1',
    14,
    'constructor is not read: it means something else in JavaScript',
  ],
  [
    "principal.claims['prototype'] == 1",
    17,
    'prototype is not read: it means something else in JavaScript',
  ],
  ["constructor.name == 'a'", 0, 'constructor is not read: it means something else in JavaScript'],
  ["mcp.name.startswith('a')", 9, 'there is no function startswith; startsWith is probably meant'],
  ["mcp.name.includes('a')", 9, 'there is no function includes; contains is probably meant'],
  ['mcp.name.length() > 1', 9, 'there is no function length; size is probably meant'],
  ["startsWith(mcp.name, 'a')", 0, 'startsWith is called as x.startsWith(y)'],
  ['mcp.name.int() > 1', 9, 'int is called as int(…)'],
  [
    "mcp.name.lowerAscii() == 'a'",
    9,
    "there is no function lowerAscii; matches('(?i)…') ignores case",
  ],
  [
    'foo(mcp.name)',
    0,
    'there is no function foo; there are int, uint, double, bool, bytes, string, timestamp, duration, type, dyn, size, has',
  ],
  [
    'mcp.arguments.list.all(x)',
    19,
    'all takes the name of a variable and an expression: list.all(x, …)',
  ],
  ['mcp.arguments.list.some(x, x)', 19, 'there is no function some; exists is probably meant'],
  ["principal.scopes.any(s, s == 'x')", 17, 'there is no function any; exists is probably meant'],
  [
    "principal.scopes.exists(s => s == 'x')",
    26,
    'a variable and an expression are parted by a comma: list.exists(x, …)',
  ],
  ["principal.scopes.contains('x')", 17, 'list.contains does not take a string: write x in list'],
  ['mcp.name == “a”', 12, `“ begins no text: write ' or "`],
  ["mcp.name\u00a0== 'a'", 8, 'the character U+00A0 belongs into texts only: take it out'],
  ["mcp.name == 'a'\u200b", 15, 'the character U+200B belongs into texts only: take it out'],
  ['true\0', 4, 'the character U+0000 belongs into texts only: take it out'],
  [
    "mcp.name == '\u00a0“😀' && 😀",
    22,
    'the character U+1F600 belongs into texts only: take it out',
  ],
  ['true /* yes */', 5, 'a comment begins with //, and ends with the line'],
  ['// nothing', 0, 'an expression belongs here'],
  ["mcp.arguments?.x == 'a'", 13, 'optional fields are not part of this CEL: ask has(…)'],
  ["mcp.name =~ '^a'", 9, "write x.matches('…'), x.contains('…') and the like"],
  ["mcp.name matches '^a'", 9, "write x.matches('…'), x.contains('…') and the like"],
  ["mcp.name <> 'a'", 9, 'write != for not equal'],
  ["now > '2026-01-01'", 4, '> does not take a timestamp and a string: write timestamp(x)'],
  [
    'timestamp(JWT.exp) > now',
    0,
    "it can only fail: found no matching overload for 'timestamp' applied to '(double)': write timestamp(int(x))",
  ],
  ['JWT.id == 99999999999999999999', 10, 'whole numbers have 64 bits: write 1e20 for a double'],
  ["has(mcp['name'])", 0, "has takes a field behind a dot: write 'name' in mcp"],
  ['has(mcp)', 0, 'has takes a field behind a dot: write has(mcp.name)'],
  ["has(JWT['a b'])", 0, "has takes a field behind a dot: write 'a b' in JWT"],
  [
    'mcp.name.matches(ip)',
    17,
    'matches takes a pattern that is written out, so that no client can make it costly',
  ],
  [
    "mcp.name.matches('(?=a)')",
    17,
    'this is no pattern of RE2, which has no lookaround: invalid or unsupported Perl syntax: `(?=`',
  ],
  [
    "mcp.name.matches('(')",
    17,
    'this is no pattern of RE2, which has no lookaround: missing closing ): `(`',
  ],
  [
    "mcp.method + 1 == 'a'",
    11,
    '+ does not take a string and an int: write int(x), double(x) or string(x) where a text and a number meet',
  ],
  [
    'req_method > 5',
    11,
    '> does not take a string and an int: write int(x), double(x) or string(x) where a text and a number meet',
  ],
  ['ip == 5', 3, 'a string is compared with an int: they are never equal'],
  ['mcp.name == null', 9, 'a string is compared with null: ask has(…) whether it is there'],
  ["'a' in mcp.name", 4, 'in does not take a string and a string: write text.contains(part)'],
  ['mcp.method && true', 0, 'a string stands where a condition belongs'],
  ['!mcp.method', 0, 'a string stands where a condition belongs'],
  ['mcp.method ? true : false', 0, 'a string stands where a condition belongs'],
  ['mcp.method', 4, 'it gives a string, and a policy has to give true or false'],
  ['size(mcp.method)', 0, 'it gives an int, and a policy has to give true or false'],
  ["'a'", 0, 'it gives a string, and a policy has to give true or false'],
  ['null', 0, 'it gives null, and a policy has to give true or false'],
  ['mcp.method.all(x, true)', 10, 'a string has no elements to go over'],
  ["mcp.method[0] == 'a'", 10, 'a string has no elements to take by [ ]'],
  [
    "principal.scopes.a == 'a'",
    17,
    'a list has no member a: write list[0] for the first, or list.exists(x, …) for any',
  ],
  ["principal.scopes['a'] == 'a'", 17, 'the elements of a list are counted, from 0'],
  ['mcp.method.startsWith(5)', 11, 'string.startsWith does not take an int'],
  ["now.getHours() == '5'", 15, 'an int is compared with a string: they are never equal'],
  ["now == '2026-01-01'", 4, 'a timestamp is compared with a string: they are never equal'],
  ["now.startsWith('2026')", 4, 'timestamp.startsWith does not take a string'],
  [
    'google.protobuf.Timestamp{seconds: 1} == now',
    0,
    'messages of Protocol Buffers are not made here',
  ],
  ['1 / 0 == 1', 0, 'it can only fail: int divide by zero'],
  ["timestamp('today') < now", 0, 'it can only fail: The text is not a timestamp'],
  [
    "duration('1 day') > duration('1h')",
    0,
    'it can only fail: The text is not a duration, like 24h or 1h30m',
  ],
  [
    'mcp.arguments.a.all(x, x.all(y, y.all(z, z == 1.0)))',
    33,
    'all, exists, exists_one, filter and map may be nested once, not more often',
  ],
  [
    "mcp.name.nme.startsWith('a') && mpc == null || foo(1)",
    9,
    'a string has no member nme: ask startsWith, endsWith, contains, matches or size',
  ],
  ["mcp.method == 'a' &&\n  mcp.nme == 'b'", 27, 'mcp has no nme; name is probably meant'],
  ["mcp.name.contains('😀') && mcp.nme == 'b'", 31, 'mcp has no nme; name is probably meant'],
  ['mcp.arguments.exists(__proto__, true)', 13, '__proto__ is no name for a variable'],
  [
    'x.y',
    0,
    'there is no x; there are mcp, principal, ip, headers, now, req_method, req_path, req_params, req_headers, req_querystring, JWT',
  ],
  ['true ? 1 : 2', 0, 'it gives an int, and a policy has to give true or false'],
  ["'a' == mcp.method ? 'x' : 'y'", 0, 'it gives a string, and a policy has to give true or false'],
  ["principal.scopes + 'a' == principal.scopes", 17, '+ does not take a list and a string'],
  ["mcp.sessionid == 'a'", 4, 'mcp has no sessionid; sessionId is probably meant'],
  ["JWT.sub = 'a'", 8, 'write == to compare'],
  ['has(mcp.name) ?? true', 14, 'write has(x) ? x : …, or x || …'],
  ['mcp.name == `a`', 9, 'what stands on one side of this operator is no expression'],
  ['{mcp.name: 1}', 0, 'it gives a map, and a policy has to give true or false'],
  ['size(5) > 1', 0, 'size does not take an int'],
  ["req_querystring == 'a'", 16, 'a map is compared with a string: they are never equal'],
];

describe('is refused, with the place and with what was probably meant', () => {
  test.each(WRONG)('%s', (text, offset, what) => {
    const [first] = mistakesIn(text);
    expect([first?.offset, first?.what]).toEqual([offset, what]);
  });

  test.each([
    ['brackets', `${'('.repeat(51)}true${')'.repeat(51)}`, 'at most 50 brackets'],
    ['lists', `${'['.repeat(51)}true${']'.repeat(51)} == []`, 'at most 50 brackets'],
    ['conditions', `${'true ? false : '.repeat(60)}true`, 'at most 50 levels'],
    ['members', `mcp.arguments${'.a'.repeat(60)} == 1`, 'at most 50 levels'],
    ['sums', `${'1+'.repeat(4000)}1 == 1`, 'at most 50 levels'],
    ['parts', `[${'1,'.repeat(600)}1].size() > 1`, 'at most 500 parts'],
    ['characters', `mcp.name == '${'a'.repeat(10_000)}'`, 'at most 10000 characters'],
  ])('too many %s', (_what, text, what) => {
    const [first] = mistakesIn(text);
    expect(first?.what).toContain(what);
    expect(first).toBeDefined();
  });

  test('all that are found at once', () => {
    const found = mistakesIn("mcp.nme == 'a' && mpc == null || foo(1) || headers.Host == ip");
    expect(found.map(({ offset }) => offset)).toEqual([4, 18, 33, 51]);
  });
});

test('the page on expressions shows what is thrown', () => {
  const page = readFileSync(new URL('../../docs/expressions.md', import.meta.url), 'utf8');
  const shown = /^```text\n(cel: [^`]*)\n```/m.exec(page)?.[1];
  expect(() => cel("mcp.nme == 'read'")).toThrow(`Invalid configuration of cel():\n  ${shown}`);
});

describe('the place is shown', () => {
  test('below the line that it is in', () => {
    const [found] = mistakesIn("mcp.method != 'tools/call' ||\n  mcp.nme == 'b' ||\n  true");
    expect(found?.shown).toBe("        mcp.nme == 'b' ||\n            ^");
  });

  test('of a long line with what is around it', () => {
    const [found] = mistakesIn(`${'true || '.repeat(20)}mcp.nme == 'b'${' || true'.repeat(20)}`);
    const [line = '', caret = ''] = found?.shown.split('\n') ?? [];
    expect(line.slice(caret.indexOf('^')).startsWith("nme == 'b' || true")).toBe(true);
    expect(line.length).toBeLessThan(130);
  });

  test('without the control characters in the line', () => {
    const [found] = mistakesIn("'\u001b[31m\u202e' == mcp.nme");
    expect(found?.shown).toMatch(/^ {6}' \[31m ' == mcp\.nme\n/);
  });
});

test.each<[what: string, text: unknown, options: unknown, message: RegExp]>([
  ['no text', undefined, {}, /cel: given undefined; expected an expression as text/],
  ['a list', ['true'], {}, /cel: given an array; expected an expression as text/],
  ['no options', 'true', null, /cel: given null; expected an object/],
  ['an option that there is not', 'true', { nmae: 'a' }, /cel\.nmae: .*did you mean name/],
  [
    'another on',
    'true',
    { on: 'session' },
    /cel\.on: given "session"; expected 'message' or 'request'/,
  ],
])('%s is refused', (_what, text, options, message) => {
  expect(() => cel(text as string, options as CelOptions)).toThrow(message);
});
