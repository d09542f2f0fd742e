import { describe, expect, test } from '@jest/globals';
import { createMcpGateway, denyTools, GatewayConfigError } from '../../src/index.ts';
import { call, message } from '../support/messages.ts';
import { answer, filtered, notHidden, result, TOOLS_LIST, tools } from './support/filtered.ts';

const bodyOf = async (body: string, request = message('tools/list')) => {
  const { status, body: bytes } = await filtered(answer(body), { body: request });
  expect(status).toBe(200);
  return bytes.toString();
};

describe('filterLists: what policies would refuse is not in the list', () => {
  const tool = (name: string, rest = '') => `{"name":"${name}"${rest}}`;
  const [a, b, hidden] = [tool('a'), tool('b'), tool('hidden', ',"inputSchema":{"type":"object"}')];

  test.each<[string, string, string]>([
    ['first', `[${hidden},${a},${b}]`, `[${a},${b}]`],
    ['between', `[${a},${hidden},${b}]`, `[${a},${b}]`],
    ['last', `[${a},${b},${hidden}]`, `[${a},${b}]`],
    ['alone', `[${hidden}]`, '[]'],
    ['everywhere', `[${hidden},${hidden},${hidden}]`, '[]'],
    ['around one', `[${hidden},${hidden},${a},${hidden}]`, `[${a}]`],
    ['nowhere', `[${a},${b}]`, `[${a},${b}]`],
    ['in nothing', '[ ]', '[ ]'],
    ['with blanks', `[ ${a} ,\n\t${hidden} , ${b} ]`, `[ ${a} , ${b} ]`],
    ['alone with blanks', `[ ${hidden} ]`, '[  ]'],
    ['first with blanks', `[ ${hidden} , ${a} ]`, `[ ${a} ]`],
    ['by an escape', `[${a},{"n\\u0061me":"hi\\u0064den"}]`, `[${a}]`],
    ['with a name below', `[{"x":{"name":"b"},"name":"hidden"},${a}]`, `[${a}]`],
    [
      'only below',
      '[{"name":"a","x":[{"name":"hidden"}]}]',
      '[{"name":"a","x":[{"name":"hidden"}]}]',
    ],
  ])('%s', async (_where, before, behind) => {
    expect(await bodyOf(result(`"tools":${before}`))).toBe(result(`"tools":${behind}`));
  });

  test.each<[string, string, string]>([
    ['tools/list', 'tools', 'name'],
    ['prompts/list', 'prompts', 'name'],
    ['resources/list', 'resources', 'uri'],
    ['resources/templates/list', 'resourceTemplates', 'uriTemplate'],
  ])('%s', async (method, member, key) => {
    const list = (...names: string[]) =>
      result(
        `"${member}":[${names.map((name) => `{"${key}":"${name}"}`).join()}],"nextCursor":"c"`,
      );
    const asked = message(method, '{"cursor":"b"}');
    expect(await bodyOf(list('a:b', 'a:hidden', 'c'), asked)).toBe(list('a:b', 'c'));
  });

  test('every other byte stays: numbers, order, spacing, escapes', async () => {
    const around = (list: string) =>
      ` {"result" : {"ttlMs":1.50e2,"b":-0,"a":12345678901234567890,"tools":\t${list},"_meta":{"\\u0061":"\\/\u00fc","A":1,"a":2}}\n,"id":1.0,"jsonrpc":"2.0"}\n`;
    const item = '{ "title":"\\ud83d\\ude00 \u{1f600}", "name" : "\u00e4" }';
    const sent = around(`[${item},${hidden}]`);
    expect(await bodyOf(sent)).toBe(around(`[${item}]`));
  });

  test.each([
    ['\u79d8\u5bc6', 'hidden\u79d8'],
    ['__proto__', 'hidden__proto__'],
    ['constructor', 'hidden'],
    ['\u{1f600}"\\', 'hidden"\\\u{1f600}'],
    ['a\tb\u2028', '\u2028hidden'],
    ['', 'hidden '],
  ])('the name %j', async (name, other) => {
    expect(await bodyOf(tools(name, other, name))).toBe(tools(name, name));
  });

  test('a name that no call may have', async () => {
    const unsound = result('"tools":[{"name":"a\\u0000"},{"name":"b"},{"name":"\\ud800"}]');
    expect(await bodyOf(unsound)).toBe(tools('b'));
  });

  test('a name beside the one that is known', async () => {
    const item = '{"__proto__":{"name":"hidden"},"name":"a"}';
    expect(await bodyOf(result(`"tools":[${item}]`))).toBe(result(`"tools":[${item}]`));
  });

  test('as many as fit', async () => {
    const many = '{"name":"hidden"},'.repeat(150_000);
    expect(await bodyOf(result(`"tools":[${many}{"name":"a"}]`))).toBe(tools('a'));
  });

  test('10,000 tools', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => (i % 3 === 0 ? `hidden${i}` : `t${i}`));
    const kept = names.filter((name) => !name.startsWith('hidden'));
    expect(await bodyOf(tools(...names))).toBe(tools(...kept));
  });

  test.each([
    ['a batch', `[${tools('a', 'hidden')},${result('"prompts":[{"name":"hidden"}]', '2')}]`],
    ['a batch of one', `[${tools('a', 'hidden')}]`],
  ])('%s', async (_what, body) => {
    const asked = `[${message('tools/list')},${message('prompts/list', undefined, '2')}]`;
    const expected = body.replace(',{"name":"hidden"}', '').replace('[{"name":"hidden"}]', '[]');
    expect(await bodyOf(body, asked)).toBe(expected);
  });
});

describe('filterLists: what stays as it is', () => {
  test.each<[string, string, Buffer]>([
    [
      'an error',
      TOOLS_LIST,
      answer('{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":""}}'),
    ],
    ['a result without the list', TOOLS_LIST, answer(result('"resultType":"input_required"'))],
    ['an empty answer', TOOLS_LIST, answer('', [], '202 Accepted')],
    ['a word', TOOLS_LIST, answer('Accepted', ['Content-Type: text/plain'], '202 Accepted')],
    ['a page', TOOLS_LIST, answer('<i>{"tools"</i>', ['Content-Type: text/html'], '500 No')],
    [
      'what is encoded and no message',
      TOOLS_LIST,
      answer('\u001f{', ['Content-Type: text/html', 'Content-Encoding: gzip'], '500 No'),
    ],
    ['the answer to a call', call('a'), answer(tools('hidden'))],
    ['an answer that is no JSON', call('a'), answer('{"result":{"tools":[{"name":"hidden"}]}')],
    ['a list that keeps all', TOOLS_LIST, answer(tools('a'))],
    [
      'an error that holds a list',
      TOOLS_LIST,
      answer('{"error":{"data":{"tools":[{"name":"hidden"}]}}}'),
    ],
  ])('%s', async (_what, body, sent) => {
    const { body: bytes, headers } = await filtered(sent, { body });
    const head = sent.toString().split('\r\n\r\n')[0] ?? '';
    expect(sent.toString().endsWith(bytes.toString())).toBe(true);
    expect(bytes.length).toBe(Number(/Content-Length: (\d+)/.exec(head)?.[1]));
    expect(headers).toContainEqual(['content-length', String(bytes.length)]);
  });

  test('everything, without filterLists', async () => {
    const body = result('"cacheScope":"public","tools":[{"name":"hidden"}]');
    const { body: bytes } = await filtered(answer(body), undefined, { filterLists: false });
    expect(bytes.toString()).toBe(body);
  });

  test('what only a shadow policy would refuse', async () => {
    const policies = [
      { name: 'tried', check: notHidden as () => boolean, mode: 'shadow' as const },
    ];
    const { body } = await filtered(answer(tools('hidden')), undefined, { policies });
    expect(body.toString()).toBe(tools('hidden'));
  });
});

test.each<[object, string]>([
  [{ filterLists: true }, 'filterLists'],
  [{ filterLists: true, policies: false }, 'filterLists'],
  [{ filterLists: 'yes', policies: denyTools('a') }, 'filterLists'],
])('filterLists: the mistake in %j is told', (config, path) => {
  const create = () => createMcpGateway({ target: 'http://x', ...config });
  expect(create).toThrow(GatewayConfigError);
  expect(create).toThrow(path);
});
