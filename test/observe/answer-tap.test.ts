import { describe, expect, test } from '@jest/globals';
import { answersIn, type MessageAnswer } from '../../src/mcp/message/answers.ts';
import { answerTap } from '../../src/slots/observe/answer-tap.ts';

/** What a tap finds in bytes that come in these pieces. */
function tapped(type: string, pieces: readonly Uint8Array[], wanted = Infinity): MessageAnswer[] {
  const found: MessageAnswer[] = [];
  const tap = answerTap(type, (answer) => {
    found.push(answer);
    return found.length < wanted;
  });
  for (const piece of pieces) tap?.push(piece);
  tap?.end();
  return found;
}

const JSON_TYPE = 'application/json';
const STREAM = 'text/event-stream';

const message = (members: string) => `{"jsonrpc":"2.0",${members}}`;
const result = (id: string, value = '{}') => message(`"id":${id},"result":${value}`);
const error = (id: string, code: string) =>
  message(`"id":${id},"error":{"code":${code},"message":"no"}`);

const told = (answers: readonly MessageAnswer[]) =>
  answers.map(({ id, outcome, errorCode }) => [id, outcome, errorCode]);

describe('what came of a request', () => {
  test.each<[string, string, unknown[]]>([
    ['a result', result('1'), [['1', 'result', undefined]]],
    ['a result that is null', result('1', 'null'), [['1', 'result', undefined]]],
    ['a result that is no object', result('1', '"a"'), [['1', 'result', undefined]]],
    [
      'a tool that failed',
      result('1', '{"content":[],"isError":true}'),
      [['1', 'tool_error', undefined]],
    ],
    ['a tool that did not', result('1', '{"isError":false}'), [['1', 'result', undefined]]],
    ['isError that is no boolean', result('1', '{"isError":"true"}'), [['1', 'result', undefined]]],
    [
      'isError inside of other members',
      result(
        '1',
        '{"structuredContent":{"isError":true},"content":[{"isError":true}],"_meta":{"isError":true}}',
      ),
      [['1', 'result', undefined]],
    ],
    [
      'isError beside the result',
      message('"id":1,"isError":true,"result":{}'),
      [['1', 'result', undefined]],
    ],
    ['isError in a text', result('1', '{"a":"\\"isError\\":true"}'), [['1', 'result', undefined]]],
    [
      'isError with escapes',
      result('1', '{"is\\u0045rror":true}'),
      [['1', 'tool_error', undefined]],
    ],
    ['an error', error('1', '-32602'), [['1', 'rpc_error', -32602]]],
    ['an error of an own code', error('1', '403'), [['1', 'rpc_error', 403]]],
    ['a code that is no integer', error('1', '1.5'), [['1', 'rpc_error', undefined]]],
    ['a code that is a text', error('1', '"-32602"'), [['1', 'rpc_error', undefined]]],
    ['a code too large', error('1', '1e400'), [['1', 'rpc_error', undefined]]],
    ['an error that is a text', message('"id":1,"error":"no"'), [['1', 'rpc_error', undefined]]],
    [
      'code inside of data',
      message('"id":1,"error":{"data":{"code":5}}'),
      [['1', 'rpc_error', undefined]],
    ],
    [
      'an error beside a result of null',
      message('"id":1,"result":null,"error":{"code":5}'),
      [['1', 'rpc_error', 5]],
    ],
    [
      'a result beside an error of null',
      message('"id":1,"result":{},"error":null'),
      [['1', 'result', undefined]],
    ],
    ['the id behind the result', message('"result":{},"id":7'), [['7', 'result', undefined]]],
    [
      'a batch',
      `[${result('1')},${error('2', '5')}]`,
      [
        ['1', 'result', undefined],
        ['2', 'rpc_error', 5],
      ],
    ],
    [
      'the same names further inside',
      result('1', '{"id":2,"method":"a","result":{"isError":true},"error":{"code":5}}'),
      [['1', 'result', undefined]],
    ],
    [
      'the same names as texts',
      message('"id":"id","result":"error"'),
      [['"id"', 'result', undefined]],
    ],
    [
      'more lists than may be nested, beside each other',
      result('1', `[${'[],'.repeat(300)}[]]`),
      [['1', 'result', undefined]],
    ],
    ['a byte order mark', `\ufeff${result('1')}`, [['1', 'result', undefined]]],
  ])('%s', (_what, text, expected) => {
    expect(told(answersIn(text))).toEqual(expected);
  });

  test.each([
    ['a request of the server', message('"id":1,"method":"ping"')],
    ['one that has a result as well', message('"id":1,"method":"ping","result":{}')],
    ['a notification', message('"method":"notifications/progress","params":{"progress":1}')],
    ['an error without an id', message('"error":{"code":5}')],
    ['an error with an id of null', error('null', '5')],
    ['a result and an error', message('"id":1,"result":{},"error":{"code":5}')],
    ['two results', message('"id":1,"result":{},"result":{"isError":true}')],
    ['two ids', message('"id":1,"id":2,"result":{}')],
    ['two ids, one with an escape', message('"id":1,"\\u0069d":1,"result":{}')],
    ['isError twice, once with an escape', result('1', '{"isError":true,"is\\u0045rror":true}')],
    ['isError twice', result('1', '{"isError":false,"isError":true}')],
    ['neither', message('"id":1')],
    ['an id that is an object', result('{}')],
    ['no JSON', '{"id":1,"result":{}'],
    ['more behind the JSON', `${result('1')}x`],
    ['a batch that breaks off', `[${result('1')}`],
    ['nothing', ''],
    ['a text', '"id"'],
    ['nested too deeply', result('1', '['.repeat(1000) + ']'.repeat(1000))],
  ])('none is %s', (_what, text) => {
    expect(answersIn(text)).toEqual([]);
  });

  test.each([
    ['12', '12'],
    ['"12"', '"12"'],
    ['1.0', '1'],
    ['"\\u0061"', '"a"'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['9007199254740993', '9007199254740993'],
    ['0.5', '0.5'],
    ['""', '""'],
  ])('the id %s is compared as %s', (source, id) => {
    expect(answersIn(result(source))[0]?.id).toBe(id);
  });
});

const EVENTS: Readonly<Record<string, string>> = {
  'an answer': `data: ${result('1')}\n\n`,
  'lines that end with CR LF': `: hi\r\nevent: message\r\ndata: ${result('1')}\r\n\r\n`,
  'lines that end with CR': `id: 4\rdata: ${result('1')}\r\r`,
  'data over several lines': `data: {"jsonrpc":"2.0",\ndata: "id":1,\ndata:"result":{"isError":true}}\n\n`,
  'progress in front': `data: ${message('"method":"notifications/progress","params":{}')}\n\ndata: ${error('1', '-32603')}\n\n`,
  'a request of the server with the same id': `data: ${message('"id":1,"method":"ping"')}\n\ndata: ${result('1')}\n\n`,
  'a byte order mark and umlauts': `\ufeffdata: ${result('1', '{"a":"\u00e4\u20ac\ud83d\ude00"}')}\n\n`,
  'an event of another type': `event: endpoint\ndata: ${result('1')}\n\ndata: ${result('2')}\n\n`,
};

describe('however the bytes are cut, the same is found', () => {
  test.each([
    ...Object.entries(EVENTS).map(([what, text]) => [what, STREAM, text] as const),
    ['a body', JSON_TYPE, result('1', '{"a":"\u00e4","isError":true}')] as const,
  ])('%s', (_what, type, text) => {
    const bytes = Buffer.from(text);
    const whole = tapped(type, [bytes]);
    expect(whole.length).toBe(1);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(tapped(type, [bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
    const single = [...bytes].map((byte) => Uint8Array.of(byte));
    expect(tapped(type, single)).toEqual(whole);
    for (let size = 2; size < 12; size++) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
      expect(tapped(type, pieces)).toEqual(whole);
    }
  });
});

describe('what cannot be read is passed over', () => {
  const long = 'x'.repeat(64 * 1024);

  test('a body over 64 KB, in one piece and in many', () => {
    const bytes = Buffer.from(result('1', `"${long}"`));
    expect(tapped(JSON_TYPE, [bytes])).toEqual([]);
    expect(tapped(JSON_TYPE, [bytes.subarray(0, 9), bytes.subarray(9)])).toEqual([]);
  });

  test('a body of exactly 64 KB is read', () => {
    const frame = result('1', '""').length;
    const bytes = Buffer.from(result('1', `"${'x'.repeat(64 * 1024 - frame)}"`));
    expect(bytes.length).toBe(64 * 1024);
    expect(told(tapped(JSON_TYPE, [bytes]))).toEqual([['1', 'result', undefined]]);
  });

  test.each([
    ['an event over 64 KB', Buffer.from(`data: ${result('1', `"${long}"`)}\n\n`)],
    ['a comment over 64 KB', Buffer.from(`: ${long}{\n\n`)],
    ['an event that is not UTF-8', Buffer.from(`data: ${result('1', '"\xff"')}\n\n`, 'latin1')],
    ['an event that is no JSON', Buffer.from('data: {"id":1,\n\n')],
    ['an empty event', Buffer.from('\n\n\ndata\n\n')],
  ])('%s, and what follows is read', (_what, bytes) => {
    const next = Buffer.from(`data: ${result('2')}\n\n`);
    const expected = [['2', 'result', undefined]];
    expect(told(tapped(STREAM, [Buffer.concat([bytes, next])]))).toEqual(expected);
    const half = bytes.length >> 1;
    const pieces = [bytes.subarray(0, half), bytes.subarray(half), next];
    expect(told(tapped(STREAM, pieces))).toEqual(expected);
  });

  test('an event without its blank line is none', () => {
    expect(tapped(STREAM, [Buffer.from(`data: ${result('1')}\n`)])).toEqual([]);
  });

  test('behind the last answer that is awaited, nothing is read any more', () => {
    const bytes = Buffer.from(`data: ${result('1')}\n\ndata: ${result('2')}\n\n`);
    expect(tapped(STREAM, [bytes, bytes], 1)).toHaveLength(1);
  });

  test.each(['text/html', '', 'application/json-seq', 'application/jsonp', 'text/event-streams'])(
    'a body of the type %j',
    (type) => {
      expect(answerTap(type, () => true)).toBeUndefined();
    },
  );

  test.each([
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/json;x',
    'text/event-stream; a=b',
  ])('but one of the type %j is read', (type) => {
    expect(answerTap(type, () => true)).toBeDefined();
  });

  test('whatever bytes come, nothing throws', () => {
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    const parts = [
      '{',
      '}',
      '"id"',
      ':',
      '1',
      ',',
      '"result"',
      '"error"',
      '[',
      ']',
      '\\',
      '"',
      '\n',
      '\r',
      'data:',
      '\xff',
      '\0',
      'null',
      ' ',
    ];
    for (let i = 0; i < 2_000; i++) {
      const text = Array.from({ length: 30 }, () => parts[next(parts.length)]).join('');
      const bytes = Buffer.from(text, 'latin1');
      const cut = next(bytes.length);
      for (const type of [JSON_TYPE, STREAM]) {
        expect(() => tapped(type, [bytes.subarray(0, cut), bytes.subarray(cut)])).not.toThrow();
      }
    }
  });
});
