import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { denyTools } from '../../src/index.ts';
import { errorOf } from '../support/client/refusal.ts';
import type { Fields } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { call, message } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const BODY = call('t');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const typed = (type: string) => ({ 'Content-Type': type });

/** Posts to a policy that allows everything. */
async function refused(body: string | Buffer, headers?: Fields) {
  let isAsked = false;
  const { port, upstream, errors } = await guarded(() => {
    isAsked = true;
    return true;
  });
  const answer = await post(port, body, headers && { headers });
  expect([isAsked, upstream.seen]).toEqual([false, []]);
  const { code, data } = errorOf(answer);
  expect(errors.map(({ reason }) => reason)).toEqual([data.reason]);
  expect(answer.head).toMatch(/^content-type: application\/json$/im);
  return { status: answer.status, code, reason: data.reason, id: JSON.parse(answer.body).id };
}

async function expectForwarded(body: string, headers: Fields): Promise<void> {
  const { port, forwarded } = await guarded(() => true);
  expect((await post(port, body, { headers })).status).toBe(200);
  expect(forwarded()).toEqual([body]);
}

describe('what is not JSON in UTF-8 is refused with 415', () => {
  test.each<[what: string, headers: Fields, body?: string | Buffer]>([
    ['no media type', { 'Content-Type': undefined }],
    ['an empty one', typed('')],
    ['text/plain', typed('text/plain')],
    ['another JSON type', typed('application/json-rpc')],
    ['a suffix', typed('application/problem+json')],
    ['a list of types', typed('application/json, text/plain')],
    ['a longer type', typed('application/jsonp')],
    ['a form', typed('application/x-www-form-urlencoded')],
    ['multipart', typed('multipart/form-data; boundary=a')],
    ['UTF-16', typed('application/json; charset=utf-16'), utf16(BODY)],
    ['UTF-7', typed('application/json; charset=utf-7')],
    ['Latin-1', typed('application/json; charset=iso-8859-1')],
    ['two charsets', typed('application/json; charset=utf-8; charset=utf-16')],
    ['a malformed parameter', typed('application/json; charset')],
    ['gzip', { ...typed('application/json'), 'Content-Encoding': 'gzip' }, gzipSync(BODY)],
    ['deflate', { ...typed('application/json'), 'Content-Encoding': 'deflate' }],
    ['a coding twice', { ...typed('application/json'), 'Content-Encoding': 'identity, gzip' }],
  ])('%s', async (_what, headers, body = BODY) => {
    expect(await refused(body, headers)).toEqual({
      status: 415,
      code: 415,
      reason: 'unsupported_media_type',
      id: null,
    });
  });

  test.each<[what: string, headers: Fields]>([
    ['in capitals', typed('Application/JSON')],
    ['with a charset', typed('application/json; charset=utf-8')],
    ['with a quoted charset in capitals', typed('application/json;charset="UTF-8"')],
    ['with another parameter', typed('application/json; profile="a;b"')],
    ['with no coding', { ...typed('application/json'), 'Content-Encoding': 'identity' }],
  ])('JSON %s passes', async (_what, headers) => {
    await expectForwarded(BODY, headers);
  });
});

describe('what is not one JSON document is refused with -32700', () => {
  test.each<[what: string, body: string | Buffer]>([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a byte order mark', `\ufeff${BODY}`],
    ['UTF-16 called JSON', utf16(BODY)],
    ['bytes that are no UTF-8', Buffer.from(BODY.replace('"t"', '"\xff"'), 'latin1')],
    ['an overlong slash', Buffer.from(BODY.replace('"t"', '"\xc0\xaf"'), 'latin1')],
    ['half a surrogate pair', Buffer.from(BODY.replace('"t"', '"\xed\xa0\x80"'), 'latin1')],
    ['two documents', `${BODY}${BODY}`],
    ['a line for each', `${BODY}\n${BODY}`],
    ['something behind it', `${BODY}x`],
    ['NUL behind it', `${BODY}\0`],
    ['half of it', BODY.slice(0, -3)],
    ['a comment', BODY.replace('{', '{/**/')],
    ['a trailing comma', BODY.replace(/\}$/, ',}')],
    ['single quotes', BODY.replaceAll('"', "'")],
    ['NaN', call('t', { args: '{"a":NaN}' })],
    ['a control character', call('t', { args: '{"a":"\n"}' })],
    ['depth beyond 256', call('t', { args: `{"a":${'['.repeat(300)}${']'.repeat(300)}}` })],
  ])('%s', async (_what, body) => {
    expect(await refused(body)).toEqual({
      status: 400,
      code: -32700,
      reason: 'parse_error',
      id: null,
    });
  });
});

describe('what is no message, or not the same to all readers', () => {
  const twin = (text: string) => BODY.replace('"name":"t"', `"name":"t",${text}`);

  test.each<[what: string, body: string, code: number, id: unknown]>([
    ['text', '"ping"', -32600, null],
    ['null', 'null', -32600, null],
    ['an empty batch', '[]', -32600, null],
    ['a batch in a batch', `[[${BODY}]]`, -32600, null],
    ['another version', BODY.replace('2.0', '1.0'), -32600, 1],
    ['no version', BODY.replace('"jsonrpc":"2.0",', ''), -32600, 1],
    ['an id of null', BODY.replace('"id":1', '"id":null'), -32600, null],
    ['an id that is an object', BODY.replace('"id":1', '"id":{}'), -32600, null],
    ['a method with a result', BODY.replace('"id":1', '"id":1,"result":{}'), -32600, 1],
    ['a method that is a list', '{"jsonrpc":"2.0","id":1,"method":["ping"]}', -32600, 1],
    ['params that are a list', message('ping', '[1]'), -32600, 1],
    ['a name twice', twin('"name":"x"'), -32600, 1],
    ['a name in capitals beside it', twin('"Name":"x"'), -32600, 1],
    ['a name in capitals instead of it', BODY.replace('"name"', '"NAME"'), -32600, 1],
    ['a name with NUL', twin('"name\\u0000":"x"'), -32600, 1],
    ['a name with a zero-width space', twin('"na\u200bme":"x"'), -32600, 1],
    ['a name in full width', twin('"\uff4eame":"x"'), -32600, 1],
    ['arguments twice', twin('"arguments":{"a":1}'), -32600, 1],
    ['an argument twice', call('t', { args: '{"a":1,"\\u0061":2}' }), -32600, 1],
    ['a name that is a list', BODY.replace('"t"', '["t"]'), -32602, 1],
    ['a name that is a number', BODY.replace('"t"', '1'), -32602, 1],
    ['a call without a name', message('tools/call', '{"arguments":{}}'), -32602, 1],
    ['a call without params', message('tools/call'), -32602, 1],
    ['a resource without a URI', message('resources/read', '{"name":"x"}'), -32602, 1],
    ['arguments in a list', BODY.replace('{}', '[{"a":1}]'), -32602, 1],
  ])('%s', async (_what, body, code, id) => {
    expect(await refused(body)).toEqual({ status: 400, code, reason: 'invalid_request', id });
  });

  test.each<[what: string, body: string]>([
    ['the method twice', BODY.replace('"id":1', '"id":1,"method":"ping"')],
    ['the id twice', BODY.replace('"id":1', '"id":1,"id":2')],
    ['an id in capitals', BODY.replace('"id":1', '"id":1,"ID":2')],
    ['params in capitals', BODY.replace('"params"', '"params":{"name":"x"},"Params"')],
  ])('%s: the answer claims no id', async (_what, body) => {
    expect(await refused(body)).toMatchObject({ status: 400, code: -32600, id: null });
  });

  test('where no policy sees arguments, they may hold any JSON', async () => {
    const { port, forwarded } = await guarded(denyTools('x'));
    const body = call('t', { args: '{"a":1,"a":2,"A":3}' });
    expect((await post(port, body)).status).toBe(200);
    expect(forwarded()).toEqual([body]);
  });
});
