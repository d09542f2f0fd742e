import { describe, expect, test } from '@jest/globals';
import { accepted, call, message, refused, request } from './support/read.ts';

const error = '"error":{"code":1,"message":""}';

describe.each([true, false])(
  'null, and an empty list where an object belongs, is none, arguments seen: %j',
  (seesArguments) => {
    test.each([
      request('tools/list', 'null'),
      request('tools/list', '[]'),
      request('x/y', ' [ ] '),
      '{"jsonrpc":"2.0","method":"notifications/initialized","params":null}',
      '{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}',
      '{"jsonrpc":"2.0","id":1,"method":"ping","result":null}',
      '{"jsonrpc":"2.0","id":1,"method":"ping","error":null,"result":null}',
      '{"jsonrpc":"2.0","id":1,"method":"ping","error":[]}',
    ])('%s', (body) => {
      const { method, params } = message(body, { seesArguments });
      expect([method.length > 0, params]).toEqual([true, undefined]);
      accepted(`[${body},${body}]`, { seesArguments });
    });

    test.each([
      `{"jsonrpc":"2.0","id":1,"result":{},"error":null}`,
      `{"jsonrpc":"2.0","id":1,"result":{},"error":[]}`,
      `{"jsonrpc":"2.0","id":1,"result":null,${error}}`,
      `{"jsonrpc":"2.0","id":1,"result":null,"error":null}`,
      `{"jsonrpc":"2.0","id":1,"result":{},"params":null}`,
      `{"jsonrpc":"2.0","id":1,"result":{},"params":[],"method":null}`,
      `{"jsonrpc":"2.0","id":1,"method":null,${error}}`,
      `{"jsonrpc":"2.0","id":null,"method":null,"result":null,${error}}`,
    ])('a response: %s', (body) => {
      expect(accepted(body, { seesArguments })).toMatchObject({ messages: [], responses: 1 });
    });

    test.each(['null', '[]', '""'])('arguments %s', (args) => {
      const found = message(call(args), { seesArguments });
      expect([found.name, found.arguments]).toEqual(['t', undefined]);
    });

    test.each(['null', '[]'])('_meta, ref, and what else is optional: %s', (none) => {
      const params = `{"name":"t","_meta":${none},"ref":${none},"cursor":null,"task":null}`;
      const found = message(request('tools/call', params), { seesArguments });
      expect([found.name, found.params?._meta, found.params?.ref]).toEqual([
        't',
        undefined,
        undefined,
      ]);
    });

    test.each([
      ['Traceparent', 'TRACESTATE'],
      ['trace_parent', 'Baggage'],
    ])('trace context, by which nothing is decided, in any spelling', (...names) => {
      const meta = names.map((name) => `"${name}":"a"`).join();
      accepted(request('tools/call', `{"name":"t","_meta":{${meta}}}`), { seesArguments });
    });

    test.each([
      ['an id that is null', request('ping', undefined, 'null')],
      ['no version', '{"id":1,"method":"ping","params":null}'],
      ['a byte order mark', `\ufeff${request('ping', 'null')}`],
      ['a call without a name', request('tools/call', 'null')],
      ['a call without a name', request('tools/call', '[]')],
      ['a completion of nothing', request('completion/complete', '{"ref":[]}')],
      ['a list of params', request('ping', '[[]]')],
      ['an error that is null alone', '{"jsonrpc":"2.0","id":1,"error":null}'],
      ['an error that is an empty list alone', '{"jsonrpc":"2.0","id":1,"error":[]}'],
      ['a result and an error', `{"jsonrpc":"2.0","id":1,"result":{},${error}}`],
      ['a result of a request', '{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}'],
      ['a repeated name', request('tools/call', '{"name":"t","arguments":null,"arguments":{}}')],
    ])('refused all the same: %s', (_what, body) => {
      expect(refused(body, { seesArguments }).message).toBeTruthy();
    });
  },
);

test('a list of arguments is refused where a policy sees them', () => {
  for (const args of ['["a"]', '[null]', '[[]]', '"a"']) {
    expect(refused(call(args))).toMatchObject({ code: -32602, id: '1' });
  }
});
