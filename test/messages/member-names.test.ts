import { describe, expect, test } from '@jest/globals';
import { accepted, CLAIM, call, message, refused, request } from './support/read.ts';

const INVALID = { reason: 'invalid_request', code: -32600 };

/** Spellings of a name that some reader takes for the name itself. */
const DISGUISES: [string, (name: string) => string][] = [
  ['in capitals', (name) => name.toUpperCase()],
  ['with a capital', (name) => name.replace(/[a-z]/, (letter) => letter.toUpperCase())],
  ['with a NUL behind', (name) => `${name}\\u0000`],
  ['with a NUL before', (name) => `\\u0000${name}`],
  ['with a zero-width space', (name) => `${name}\u200b`],
  ['with a joiner, escaped', (name) => `${name}\\u200d`],
  ['with a soft hyphen', (name) => `${name.slice(0, 2)}\u00ad${name.slice(2)}`],
  ['with a BOM', (name) => `\ufeff${name}`],
  ['with a variation selector', (name) => `${name}\ufe0f`],
  ['with a tag character', (name) => `${name}\u{e0041}`],
  ['with an underscore', (name) => `${name.slice(0, 2)}_${name.slice(2)}`],
  ['with a hyphen', (name) => `${name.slice(0, 2)}-${name.slice(2)}`],
  ['with a control character', (name) => `${name}\\u0008`],
  [
    'full width',
    (name) => name.replace(/[a-z]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  ],
];

/** Where names are protected, and one that is known there. */
const LEVELS: [string, string, (member: string) => string][] = [
  ['the message', 'method', (member) => `{"jsonrpc":"2.0","id":1,"method":"ping",${member}}`],
  ['the message', 'params', (member) => `{"jsonrpc":"2.0","id":1,"method":"ping",${member}}`],
  ['the message', 'id', (member) => `{"jsonrpc":"2.0","id":1,"method":"ping",${member}}`],
  ['the message', 'jsonrpc', (member) => `{"jsonrpc":"2.0","id":1,"method":"ping",${member}}`],
  ['a response', 'result', (member) => `{"jsonrpc":"2.0","id":1,"result":{},${member}}`],
  ['params', 'name', (member) => request('tools/call', `{"name":"t",${member}}`)],
  ['params', 'arguments', (member) => request('tools/call', `{"name":"t",${member}}`)],
  ['params', '_meta', (member) => request('tools/call', `{"name":"t",${member}}`)],
  ['params', 'uri', (member) => request('resources/read', `{"uri":"a:b",${member}}`)],
  ['params', 'taskId', (member) => request('tasks/result', `{"taskId":"a",${member}}`)],
  [
    'ref',
    'name',
    (member) =>
      request('completion/complete', `{"ref":{"type":"ref/prompt","name":"a",${member}}}`),
  ],
  [
    'ref, where it is absent',
    'uri',
    (member) => request('completion/complete', `{"ref":{"name":"a",${member}}}`),
  ],
  [
    '_meta',
    'io.modelcontextprotocol/protocolVersion',
    (member) => request('ping', `{"_meta":{"progressToken":1,${member}}}`),
  ],
  [
    '_meta',
    'progressToken',
    (member) => request('ping', `{"_meta":{"progressToken":1,${member}}}`),
  ],
  [
    'a batch',
    'method',
    (member) => `[${request('ping')},{"jsonrpc":"2.0","id":1,"method":"a",${member}}]`,
  ],
];

describe.each([true, false])(
  'a known name in another spelling is refused, arguments seen: %j',
  (seesArguments) => {
    describe.each(LEVELS)('in %s: %s', (_level, name, around) => {
      test.each(DISGUISES)('%s', (_how, disguise) => {
        expect(refused(around(`"${disguise(name)}":"x"`), { seesArguments })).toMatchObject(
          INVALID,
        );
      });
    });

    test.each([
      'input_responses',
      'meta',
      'protocol_version',
      'request_id',
      'request_state',
      'task_id',
      'request-id',
      'REQUEST_ID',
      'Request-Id',
    ])('as a server in Python, or one that knows words only, reads them: %s', (name) => {
      expect(refused(request('ping', `{"${name}":"x"}`), { seesArguments })).toMatchObject(INVALID);
    });

    test('in _meta as well', () => {
      for (const name of [
        'progress_token',
        'progress-token',
        'io.modelcontextprotocol/protocol_version',
        'io.modelcontextprotocol/related_task',
      ]) {
        const body = request('ping', `{"_meta":{"${name}":"x"}}`);
        expect(refused(body, { seesArguments })).toMatchObject(INVALID);
      }
    });

    test.each([
      ['the message', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'],
      [
        'the message, escaped',
        '{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"tools/call"}',
      ],
      ['the message, an equal value', '{"jsonrpc":"2.0","id":1,"id":1,"method":"ping"}'],
      ['the message, an unknown name', '{"jsonrpc":"2.0","id":1,"method":"ping","x":1,"x":1}'],
      ['the message, all params', '{"jsonrpc":"2.0","method":"ping","params":{},"params":{}}'],
      ['the message, __proto__', '{"jsonrpc":"2.0","method":"p","__proto__":1,"__proto__":1}'],
      ['a response', '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}'],
      ['params', request('tools/call', '{"name":"a","name":"b"}')],
      ['params, of arguments', request('tools/call', '{"name":"a","arguments":{},"arguments":{}}')],
      [
        '_meta',
        request('ping', `{${CLAIM.replace('}', ',"progressToken":1,"progressToken":1}')}}`),
      ],
      ['ref', request('completion/complete', '{"ref":{"name":"a","name":"b"}}')],
      ['a batch', `[${request('ping')},${request('tools/call', '{"name":"a","name":"b"}')}]`],
    ])('a name is repeated in %s', (_level, body) => {
      expect(refused(body, { seesArguments })).toMatchObject(INVALID);
    });

    test.each([
      ['the message', '{"jsonrpc":"2.0","id":1,"method":"ping","extra":1,"Extra":1}'],
      ['params', request('ping', '{"extra":1,"EXTRA":1}')],
      ['_meta', request('ping', '{"_meta":{"a/x":1,"a/X":1}}')],
    ])('two unknown names are alike in %s', (_level, body) => {
      expect(refused(body, { seesArguments })).toMatchObject(INVALID);
    });

    test.each([
      ['a long s', 'mes\u017fage', 'message'],
      ['the Kelvin sign', '\u212aey', 'key'],
      ['a dotless i', '\u0131d', 'id'],
      ['a capital I with a dot', '\u0130d', 'id'],
      ['a final sigma', '\u03bf\u03b4\u03bf\u03c2', '\u039f\u0394\u039f\u03a3'],
      ['a sharp s', 'stra\u00dfe', 'STRASSE'],
      ['a composed letter', '\u00e4', 'a\u0308'],
      ['a ligature', '\ufb01le', 'file'],
    ])('%s', (_what, one, other) => {
      const body = request('ping', `{"${one}":1,"${other}":1}`);
      expect(refused(body, { seesArguments })).toMatchObject(INVALID);
    });

    test.each(['\\ud800', '\\udc00', 'a\\udfff', '\\udc00\\ud800'])('half a pair: %s', (half) => {
      expect(refused(request('ping', `{"${half}":1}`), { seesArguments })).toMatchObject(INVALID);
      accepted(request('ping', '{"\\ud83d\\ude00":1}'), { seesArguments });
    });
  },
);

describe('names within arguments', () => {
  test.each([
    '{"path":1,"path":2}',
    '{"path":1,"path\\u0000":2}',
    '{"path\\u0000":2}',
    '{"a":{"b":{"c":1,"c":1}}}',
    '{"a":{},"b":{"\\ud800":1}}',
  ])('%s may be sent only where no policy sees it', (args) => {
    expect(refused(call(args), { seesArguments: true })).toMatchObject({ ...INVALID, id: '1' });
    accepted(call(args), { seesArguments: false });
  });

  test('what is not judged is not shown', () => {
    const { params, arguments: args } = message(call('{"a":1}'), { seesArguments: false });
    expect(args).toBeUndefined();
    expect(params?.arguments).toBeUndefined();
  });

  test('names that differ in more than disguise pass', () => {
    accepted(call('{"user_name":1,"userName":2,"name":3,"Id":4,"method":5,"\u00e9":6,"e":7}'));
  });

  test('nothing has a prototype', () => {
    const { params } = message(
      request(
        'tools/call',
        '{"name":"t","_meta":{"a":{}},"arguments":{"__proto__":{"x":1},"l":[{}]}}',
      ),
    );
    const args = params?.arguments as { __proto__: object; l: object[]; x?: unknown };
    const objects = [params, params?._meta, args, args.l[0]] as object[];
    for (const object of objects) expect(Object.getPrototypeOf(object)).toBeNull();
    expect(Object.keys(args)).toEqual(['__proto__', 'l']);
    expect(args.x).toBeUndefined();
    expect('constructor' in args).toBe(false);
  });
});

test('a problem names the known member only, and the id only where it is certain', () => {
  const inParams = refused(request('tools/call', '{"name":"t","ARGUMENTS":{}}', '"\\u0041"'));
  expect(inParams.message).toContain('"arguments"');
  expect(inParams.message).not.toContain('ARGUMENTS');
  expect(inParams.id).toBe('"\\u0041"');
  expect(refused('{"jsonrpc":"2.0","id":1,"ID":2,"method":"ping"}').id).toBeNull();
  expect(refused('{"jsonrpc":"2.0","method":"ping","params":{"Name":1}}').id).toBeUndefined();
  expect(refused(`[${request('ping', '{"Name":1}')}]`).id).toBeNull();
});
