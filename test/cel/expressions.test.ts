import { describe, expect, test } from '@jest/globals';
import { type Asked, ask, muteWarnings } from './support/asked.ts';

muteWarnings();

const ABSENT = /^what it reads is not there/;
const claims = { level: 5, roles: ['a', 'b'], sub: 'ada', nothing: null };

describe('names', () => {
  test.each<[text: string, asked: Asked, expected: boolean | RegExp]>([
    ["mcp.method == 'tools/call' && mcp.name == 'tool'", {}, true],
    ["mcp.name == 'other'", {}, false],
    ["mcp.name.startsWith('read_')", { mcp: { name: undefined } }, ABSENT],
    ['has(mcp.name)', { mcp: { name: undefined } }, false],
    ["mcp.id == 1 && mcp.id == 1.0 && mcp.era == 'legacy'", {}, true],
    ["mcp.arguments.path.startsWith('/docs/')", { args: { path: '/docs/a' } }, true],
    ["mcp['arguments']['path'] == 'x'", { args: { path: 'x' } }, true],
    ['mcp.arguments.pages > 5 && mcp.arguments.pages == 12', { args: { pages: 12 } }, true],
    ['int(mcp.arguments.pages) % 2 == 0', { args: { pages: 12 } }, true],
    ['mcp.arguments.pages % 2 == 0', { args: { pages: 12 } }, /double, int/],
    ['mcp.arguments.a.b.c == true', { args: { a: { b: { c: true } } } }, true],
    ['mcp.arguments.a.b.c == true', { args: { a: { b: 'text' } } }, ABSENT],
    ["mcp.arguments.tags.all(t, t in ['a', 'b'])", { args: { tags: ['a', 'b'] } }, true],
    ["mcp.arguments.exists(k, k == 'force')", { args: { force: 1 } }, true],
    ['mcp == null', {}, false],
    [
      "principal.subject == 'ada' && 'admin' in principal.roles",
      { principal: { subject: 'ada', roles: ['admin'] } },
      true,
    ],
    ['principal == null', {}, true],
    ["principal == null || principal.subject == 'ada'", { principal: { subject: 'bob' } }, false],
    ["principal.subject == 'ada'", {}, ABSENT],
    ['principal.claims.level == 5', { principal: { claims } }, true],
    ["ip == '192.0.2.1'", {}, true],
    ["ip == '192.0.2.1'", { ip: '::ffff:192.0.2.1' }, true],
    [
      "headers['x-tenant'] == 'a' && 'x-tenant' in headers && headers.host == 'h'",
      { headers: { 'x-tenant': 'a', host: 'h' } },
      true,
    ],
    ["headers['x-tenant'] == 'a'", {}, ABSENT],
    ["now > timestamp('2020-01-01T00:00:00Z') && timestamp(now) == now", {}, true],
    ["req_method == 'POST' && req_path == '/a b'", { req: { originalUrl: '/a%20b?x=1' } }, true],
    ["req_path == '/%'", { req: { originalUrl: '/%' } }, true],
    ["req_path == '/admin'", { req: { originalUrl: 'http://h.example/admin?a#b' } }, true],
    ["!req_path.startsWith('/admin')", { req: { originalUrl: 'HTTPS://h/admin' } }, false],
    ["req_path == '/a' && !has(req_querystring.x)", { req: { originalUrl: '/a#?x=1' } }, true],
    ["req_querystring.x == ['1']", { req: { originalUrl: '/a?x=1#?x=2' } }, true],
    ["req_querystring['__' + 'proto__'] == ['1']", { req: { url: '/?__proto__=1' } }, true],
    ['has(req_params.Nick)', { req: { params: { nick: undefined } } }, false],
    ["req_params.Rest == 'a/b'", { req: { params: { rest: ['a', 'b'] } } }, true],
    ["req_params.Nick.matches('^k')", { req: { params: { nick: 'kate' } } }, true],
    ["req_headers['X-Tenant'] == ['a']", { headers: { 'x-tenant': 'a' } }, true],
    [
      "req_headers['X-Forwarded-For'] == ['192.0.2.1']",
      { headers: { 'x-forwarded-for': '9.9.9.9' } },
      true,
    ],
    [
      "'bar' in req_querystring.foo && req_querystring['a[]'] == ['é']",
      { req: { url: '/?foo=1&foo=bar&a%5B%5D=%C3%A9' } },
      true,
    ],
    ['has(req_querystring.foo)', { req: { url: '/?foo=' } }, true],
    ['has(req_querystring.foo)', {}, false],
    ["JWT.sub == 'ada' && size(JWT.roles) > 1 && has(JWT.level)", { principal: { claims } }, true],
    ['has(JWT.level)', { principal: {} }, false],
    ['has(JWT.level)', {}, ABSENT],
  ])('%s', (text, asked, expected) => {
    const found = ask(text, asked);
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect(found).toBe(expected);
  });
});

describe('where the library is not the standard', () => {
  test.each<[text: string, expected: boolean | RegExp]>([
    ['has(principal.claims.nothing)', true],
    ["'nothing' in principal.claims", true],
    ['principal.claims.nothing == null', true],
    ["{'a': null}.exists(k, k == 'a')", true],
    ['int(mcp.arguments.empty) == 0', /failed/],
    ['int(mcp.arguments.hex) == 16', /failed/],
    ['int(mcp.arguments.spaced) == 5', /failed/],
    ['double(mcp.arguments.empty) == 0.0', /failed/],
    ['double(mcp.arguments.word) < 1.0 || true', true],
    ["timestamp(1234567890) == timestamp('2009-02-13T23:31:30Z')", true],
    ["timestamp('2026-07-01T00:30:00Z').getDayOfYear() == 181", true],
    ["timestamp('2026-03-29T02:30:00Z').getHours() == 2", true],
    ["timestamp('2026-03-29T02:30:00Z').getHours('Europe/Berlin') == 4", true],
    ["timestamp('2026-03-29T02:30:00Z').getHours('-02:30') == 0", true],
    ["timestamp('2026-03-29T02:30:00Z').getHours(mcp.arguments.word) == 0", /failed/],
    ["'a😀'.size() == 2 && size('😀') == 1", true],
    ['has(mcp.arguments.word.x)', /overload/],
    ['has(mcp.arguments.words.word)', /overload/],
    ['!has(mcp.arguments.words.x)', /overload/],
    ['mcp.arguments.list[1.5] != "x"', /failed/],
    ['mcp.arguments.list[mcp.arguments.half] == null', /failed/],
    ['mcp.arguments.list.map(x, x)[mcp.arguments.half] == null', /failed/],
    ['mcp.arguments.list[mcp.arguments.one] == null', true],
  ])('%s', (text, expected) => {
    const args = {
      empty: '',
      hex: '0x10',
      spaced: ' 5 ',
      word: 'word',
      words: ['word'],
      list: [1, null, 3],
      half: 1.5,
      one: 1,
    };
    const found = ask(text, { args, principal: { claims } });
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect([text, found]).toEqual([text, expected]);
  });
});

describe('what is neither true nor false denies, and observers are told why', () => {
  test.each<[text: string, reason: string]>([
    ['mcp.arguments.flag', 'it gave neither true nor false'],
    ["mcp.arguments.list[5] == 'a'", 'what it reads is not there (at offset 0)'],
    ['1 / int(mcp.arguments.zero) == 1', 'int divide by zero'],
    ['mcp.arguments.flag && true', 'type mismatch: expected bool, got string (at offset 0)'],
  ])('%s', (text, reason) => {
    expect(ask(text, { args: { flag: 'true', list: [], zero: 0 } })).toBe(reason);
  });

  test('no value of a client is in the reason', () => {
    const secret = 'S3CRET';
    const args = { a: secret, [secret]: 1 };
    for (const text of [
      'int(mcp.arguments.a) == 1',
      'bool(mcp.arguments.a)',
      'timestamp(mcp.arguments.a) < now',
      'duration(mcp.arguments.a) < duration("1s")',
      'now.getHours(mcp.arguments.a) == 1',
      'mcp.arguments[mcp.arguments.a + "b"] == 1',
      '{mcp.arguments.a: 1, mcp.arguments.a: 2}.a == 1',
      'mcp.arguments.a',
      'mcp.arguments.a + 1 == 2',
    ]) {
      expect([text, ask(text, { args })]).toEqual([text, expect.not.stringContaining(secret)]);
    }
  });
});
