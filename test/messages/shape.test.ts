import { describe, expect, test } from '@jest/globals';
import { accepted, call, message, refused, request } from './support/read.ts';

const INVALID_REQUEST = { reason: 'invalid_request', code: -32600 };
const INVALID_PARAMS = { reason: 'invalid_request', code: -32602 };
const error = '"error":{"code":1,"message":""}';

describe('a message has the shape of JSON-RPC 2.0', () => {
  test.each([
    ['null', 'null', null],
    ['a number', '1', null],
    ['a string', '"tools/call"', null],
    ['an empty object', '{}', null],
    ['no jsonrpc', '{"id":1,"method":"ping"}', '1'],
    ['another jsonrpc', '{"jsonrpc":"1.0","id":1,"method":"ping"}', '1'],
    ['jsonrpc as a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}', '1'],
    ['jsonrpc as an array', '{"jsonrpc":["2.0"],"id":1,"method":"ping"}', '1'],
    ['neither method nor result', '{"jsonrpc":"2.0","id":1}', null],
    ['method null', '{"jsonrpc":"2.0","id":1,"method":null}', '1'],
    ['method an array', '{"jsonrpc":"2.0","id":1,"method":["ping"]}', '1'],
    ['method an object', '{"jsonrpc":"2.0","method":{}}', null],
    ['method with a NUL', request('tools/call\\u0000'), '1'],
    ['method with half a pair', request('\\ud800'), '1'],
    ['method and result', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', '1'],
    ['method and error', `{"jsonrpc":"2.0","id":1,"method":"ping",${error}}`, '1'],
    ['params an array', request('ping', '[1]'), '1'],
    ['params a string', request('ping', '"{}"'), '1'],
    [
      'a notification with params an array',
      '{"jsonrpc":"2.0","method":"a","params":[1]}',
      undefined,
    ],
    ['id null', request('ping', undefined, 'null'), null],
    ['id true', request('ping', undefined, 'true'), null],
    ['id an object', request('ping', undefined, '{"a":1}'), null],
    ['id an array', request('ping', undefined, '[1]'), null],
  ])('%s', (_what, body, id) => {
    expect(refused(body)).toMatchObject({ ...INVALID_REQUEST, id });
    expect(refused(body, { seesArguments: false })).toMatchObject({ ...INVALID_REQUEST, id });
  });

  test.each([
    ['tools/call', undefined],
    ['tools/call', '{}'],
    ['tools/call', '{"name":["t"]}'],
    ['tools/call', '{"name":null}'],
    ['tools/call', '{"name":1}'],
    ['tools/call', '{"name":"t\\u0000"}'],
    ['tools/call', '{"name":"\\udead"}'],
    ['tools/call', '{"uri":"t"}'],
    ['prompts/get', '{"name":{}}'],
    ['resources/read', '{"uri":["a:b"]}'],
    ['resources/subscribe', '{"uri":["a:b"]}'],
    ['resources/subscribe', '{"uri":"a\\u0000"}'],
    ['resources/unsubscribe', '{"uri":1}'],
    ['tasks/get', '{"name":"a"}'],
    ['tasks/update', '{"taskId":1}'],
    ['tasks/cancel', '{}'],
    ['tasks/result', '{"taskId":null}'],
    ['completion/complete', '{}'],
    ['completion/complete', '{"ref":"a"}'],
    ['completion/complete', '{"ref":{"type":"ref/prompt"}}'],
    ['completion/complete', '{"ref":{"name":"a","uri":"b"}}'],
    ['completion/complete', '{"ref":{"name":["a"]}}'],
    ['completion/complete', '{"ref":{"name":"a","uri":{}}}'],
    ['completion/complete', '{"ref":{"name":null,"uri":null}}'],
    ['completion/complete', '{"ref":[{"name":"a"}]}'],
  ])('%s of %s has no name', (method, params) => {
    for (const seesArguments of [true, false]) {
      const problem = refused(request(method, params), { seesArguments });
      expect(problem).toMatchObject({ ...INVALID_PARAMS, id: '1' });
    }
    const notification = request(method, params).replace('"id":1,', '');
    expect(refused(notification)).toMatchObject({ ...INVALID_PARAMS, id: undefined });
  });

  test.each([
    ['tools/call', '{"name":"t"}', 't'],
    ['tools/call', '{"n\\u0061me":"\\u0074"}', 't'],
    ['prompts/get', '{"name":""}', ''],
    ['resources/read', '{"uri":"file:///a","name":"b"}', 'file:///a'],
    ['resources/subscribe', '{"uri":"a:b"}', 'a:b'],
    ['resources/unsubscribe', '{"uri":"a:b"}', 'a:b'],
    ['tasks/get', '{"taskId":"7"}', '7'],
    ['tasks/update', '{"taskId":"7"}', '7'],
    ['tasks/cancel', '{"taskId":"7"}', '7'],
    ['tasks/result', '{"taskId":"7"}', '7'],
    ['completion/complete', '{"ref":{"type":"ref/prompt","name":"p"}}', 'p'],
    ['completion/complete', '{"ref":{"type":"ref/resource","uri":"a:{b}"}}', 'a:{b}'],
    ['completion/complete', '{"ref":{"name":"p","uri":null}}', 'p'],
    ['completion/complete', '{"ref":{"name":null,"uri":"a:b"}}', 'a:b'],
    ['resources/subscribe', '{"name":"a:b"}', undefined],
    ['resources/subscribe', undefined, undefined],
    ['resources/unsubscribe', '{}', undefined],
    ['tasks/result', '{}', undefined],
    ['tools/list', '{"name":"t"}', undefined],
    ['constructor', '{"name":"t"}', undefined],
    ['TOOLS/CALL', '{"name":"t"}', undefined],
  ])('%s of %s is applied to %j', (method, params, name) => {
    expect(message(request(method, params))).toMatchObject({ method, name });
    expect(message(request(method, params), { seesArguments: false }).name).toBe(name);
  });

  test.each(['[null]', '[[]]', '["rm"]', '"a"', '1', 'true'])(
    'arguments %s, where a policy sees them',
    (args) => {
      expect(refused(call(args))).toMatchObject({ ...INVALID_PARAMS, id: '1' });
      accepted(call(args), { seesArguments: false });
    },
  );

  test('arguments null are none', () => {
    expect(message(call('null')).arguments).toBeUndefined();
  });
});

describe('the id, byte for byte', () => {
  test.each([
    '1',
    '0',
    '-0',
    '-1',
    '1.0',
    '1.50e+3',
    '9007199254740993',
    '123456789012345678901234567890',
    '1e400',
    '-1E-400',
    '""',
    '"a"',
    '"\\u0061\\/\\"}"',
    '"\u00e4\u{1f600}"',
    '"\\ud800"',
  ])('%s', (id) => {
    const spaced = `{ "jsonrpc" : "2.0" , "id" :\t${id}\n, "method" : "ping" }`;
    for (const body of [request('ping', undefined, id), spaced]) {
      expect(message(body)).toMatchObject({ id: JSON.parse(id), idText: id });
      expect(refused(body.replace('2.0', '3.0')).id).toBe(id);
    }
  });

  test('a notification has none', () => {
    const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    expect(message(body)).toMatchObject({ id: undefined, idText: undefined, params: undefined });
  });
});

describe('responses pass unjudged', () => {
  test.each([
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":"a","result":null}',
    '{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2,"A":3}}',
    `{"jsonrpc":"2.0","id":1,${error}}`,
    `{"jsonrpc":"2.0","id":null,${error}}`,
    `{"jsonrpc":"2.0",${error}}`,
  ])('%s', (body) => {
    expect(accepted(body)).toEqual({ isBatch: false, messages: [], responses: 1 });
  });

  test.each([
    '{"id":1,"result":{}}',
    '{"jsonrpc":"2.0","result":{}}',
    '{"jsonrpc":"2.0","id":null,"result":{}}',
    '{"jsonrpc":"2.0","id":{},"result":{}}',
    `{"jsonrpc":"2.0","id":true,${error}}`,
    `{"jsonrpc":"2.0","id":1,"result":{},${error}}`,
    '{"jsonrpc":"2.0","id":1,"error":"no"}',
    '{"jsonrpc":"2.0","id":1,"error":null}',
    '{"jsonrpc":"2.0","id":1,"result":{},"params":{"name":"t"}}',
  ])('%s is no response', (body) => {
    expect(refused(body)).toMatchObject({ ...INVALID_REQUEST, id: null });
  });
});

describe('batches', () => {
  const response = '{"jsonrpc":"2.0","id":1,"result":{}}';
  const denied = request('tools/call', '{"name":"delete"}', '"b"');

  test('every element with a method is given, in order', () => {
    const notification = '{"jsonrpc":"2.0","method":"notifications/cancelled"}';
    const { isBatch, messages, responses } = accepted(
      ` [${request('ping')}, ${response},${denied} ,${notification},${response}]`,
    );
    expect({ isBatch, responses }).toEqual({ isBatch: true, responses: 2 });
    expect(messages.map(({ method, name, idText }) => [method, name, idText])).toEqual([
      ['ping', undefined, '1'],
      ['tools/call', 'delete', '"b"'],
      ['notifications/cancelled', undefined, undefined],
    ]);
  });

  test('of one, or of responses only', () => {
    expect(accepted(`[${response}]`)).toEqual({ isBatch: true, messages: [], responses: 1 });
    expect(accepted(`[${denied}]`).messages).toHaveLength(1);
  });

  test.each([
    '[]',
    '[[]]',
    `[[${denied}]]`,
    `[${request('ping')},null]`,
    `[{},${request('ping')}]`,
    `[${request('ping')},{},${request('ping')}]`,
    `[1,${request('ping')}]`,
    `[${request('ping')},{}]`,
    `[${request('ping')},${request('ping', '[1]')}]`,
    `[${request('ping')},${request('ping', undefined, 'null')}]`,
  ])('%s is none', (body) => {
    expect(refused(body)).toMatchObject({ ...INVALID_REQUEST, id: null });
  });
});
