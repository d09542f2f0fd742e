import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { accepted, CLAIM, MODERN, message, refused, request } from './support/read.ts';

const MISMATCH = { reason: 'header_mismatch', code: -32020 };
const NEEDS_ENVELOPE = { reason: 'invalid_request', code: -32602 };

const modern = (method: string, members = '') => request(method, `{${members}${CLAIM}}`);
const modernCall = (name: string) => modern('tools/call', `"name":${JSON.stringify(name)},`);
const notification = (body: string) => body.replace('"id":1,', '');
const LEGACY_CALL = request('tools/call', '{"name":"t"}');

/** The headers of a modern request, and those that a test changes; `undefined` takes one away. */
function headers(changes: Record<string, string | undefined>): IncomingHttpHeaders {
  const all = Object.entries({ 'mcp-protocol-version': MODERN, ...changes });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

describe('the modern era requires mirrored headers that match', () => {
  const right = { 'mcp-method': 'tools/call', 'mcp-name': 't' };

  test('they do', () => {
    const options = { headers: headers(right) };
    expect(message(modernCall('t'), options)).toMatchObject({
      era: 'modern',
      protocolVersion: MODERN,
    });
  });

  test.each([
    ['another version', { ...right, 'mcp-protocol-version': '2025-11-25' }],
    ['a later version', { ...right, 'mcp-protocol-version': '2027-01-01' }],
    ['an empty version', { ...right, 'mcp-protocol-version': '' }],
    ['no version', { ...right, 'mcp-protocol-version': undefined }],
    ['another method', { ...right, 'mcp-method': 'tools/list' }],
    ['a method in capitals', { ...right, 'mcp-method': 'TOOLS/CALL' }],
    ['an empty method', { ...right, 'mcp-method': '' }],
    ['no method', { ...right, 'mcp-method': undefined }],
    ['another name', { ...right, 'mcp-name': 'u' }],
    ['a name in capitals', { ...right, 'mcp-name': 'T' }],
    ['an empty name', { ...right, 'mcp-name': '' }],
    ['no name', { ...right, 'mcp-name': undefined }],
  ])('%s', (_what, changes) => {
    expect(refused(modernCall('t'), { headers: headers(changes) })).toMatchObject({
      ...MISMATCH,
      id: '1',
    });
  });

  test.each([
    ['prompts/get', '"name":"a",'],
    ['resources/read', '"uri":"a",'],
    ['tasks/get', '"taskId":"a",'],
    ['tasks/update', '"taskId":"a",'],
    ['tasks/cancel', '"taskId":"a",'],
  ])('%s needs its name', (method, members) => {
    const body = modern(method, members);
    accepted(body, { headers: headers({ 'mcp-method': method, 'mcp-name': 'a' }) });
    expect(refused(body, { headers: headers({ 'mcp-method': method }) })).toMatchObject(MISMATCH);
  });

  test.each([
    ['tools/list', ''],
    ['server/discover', ''],
    ['subscriptions/listen', ''],
    ['completion/complete', '"ref":{"name":"a"},'],
  ])('%s needs none', (method, members) => {
    accepted(modern(method, members), { headers: headers({ 'mcp-method': method }) });
  });

  test('of a method that names nothing known here, a name is not compared', () => {
    const options = { headers: headers({ 'mcp-method': 'skills/get', 'mcp-name': 'a' }) };
    expect(message(modern('skills/get'), options).name).toBeUndefined();
  });

  test('a notification needs none, and what it has is compared', () => {
    const body = notification(modern('notifications/cancelled'));
    const bare = notification(request('notifications/cancelled'));
    for (const cancel of [body, bare]) {
      expect(message(cancel, { headers: headers({}) })).toMatchObject({ era: 'modern' });
      const other = refused(cancel, { headers: headers({ 'mcp-method': 'ping' }) });
      expect(other).toMatchObject({ ...MISMATCH, id: undefined });
    }
    accepted(body);
  });
});

describe('headers that lie are refused in every era', () => {
  test.each([
    { 'mcp-method': 'tools/list' },
    { 'mcp-name': 'harmless' },
    { 'mcp-name': '' },
    { 'mcp-name': '=?base64??=' },
    { 'mcp-method': 'ping', 'mcp-protocol-version': '2025-06-18' },
    { 'mcp-name': 'harmless', 'mcp-protocol-version': 'DRAFT' },
  ])('a legacy call with %j', (lies) => {
    expect(refused(LEGACY_CALL, { headers: lies })).toMatchObject({ ...MISMATCH, id: '1' });
    const silent = refused(notification(LEGACY_CALL), { headers: lies });
    expect(silent).toMatchObject({ ...MISMATCH, id: undefined });
  });

  test('a legacy call needs none, and may have right ones', () => {
    accepted(LEGACY_CALL);
    accepted(LEGACY_CALL, { headers: { 'mcp-method': 'tools/call', 'mcp-name': 't' } });
  });

  test('what asks for a stream that stays open says so in its header, whatever era it claims', () => {
    const listen = request('subscriptions/listen');
    expect(refused(listen)).toMatchObject({ ...MISMATCH, id: '1' });
    accepted(listen, { headers: { 'mcp-method': 'subscriptions/listen' } });
    accepted(notification(listen));
    expect(refused(`[${listen}]`)).toMatchObject({ reason: 'invalid_request', id: null });
  });

  test.each(['mcp-method', 'mcp-name'])(
    'responses and batches have nothing to mirror: %s',
    (name) => {
      const options = { headers: { [name]: 'tools/call' } };
      for (const body of ['{"jsonrpc":"2.0","id":1,"result":{}}', `[${LEGACY_CALL}]`]) {
        accepted(body);
        expect(refused(body, options)).toMatchObject({ ...MISMATCH, id: null });
      }
    },
  );
});

describe('a value may be written in Base64, marked by a sentinel', () => {
  test.each([
    ['Hello, \u4e16\u754c', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['', '=?base64??='],
    ['', ''],
    ['a b', 'a b'],
    ['=?BASE64?YQ==?=', '=?BASE64?YQ==?='],
    ['=?base64?YQ==', '=?base64?YQ=='],
    ['YQ==?=', 'YQ==?='],
    ['\ufeffa', '=?base64?77u/YQ==?='],
  ])('%j may be written %s', (name, header) => {
    accepted(modernCall(name), {
      headers: headers({ 'mcp-method': 'tools/call', 'mcp-name': header }),
    });
  });

  test.each([
    ['t', '=?base64?dA?=', 'no padding'],
    ['t', '=?base64?dA=?=', 'half the padding'],
    ['t', '=?base64?dB==?=', 'bits that are not read'],
    ['t', '=?base64?d A==?=', 'a blank'],
    ['t', '=?base64?dA==dA==?=', 'padding inside'],
    ['t', '=?base64?dA==\t?=', 'a tab'],
    ['\ufffd', '=?base64?/w==?=', 'not UTF-8'],
    ['\u00ff', '=?base64?/w==?=', 'Latin-1'],
    ['??', '=?base64?Pz8_?=', 'another alphabet'],
    ['t', '=?base64?YQ==?=', 'another name'],
    ['=?base64?dA==?=', '=?base64?dA==?=', 'the sentinel as the name'],
    ['=?base64?=', '=?base64?=', 'prefix and suffix in one'],
    ['', '=?base64?=', 'prefix and suffix in one, read as nothing'],
    ['\u00e4', '\u00e4', 'Latin-1 as it is'],
    ['\u00e4', '\u00c3\u00a4', 'UTF-8 as it is'],
  ])('%j must not be written %s: %s', (name, header) => {
    const options = { headers: headers({ 'mcp-method': 'tools/call', 'mcp-name': header }) };
    expect(refused(modernCall(name), options)).toMatchObject({ ...MISMATCH, id: '1' });
  });

  test('of Mcp-Param-* only the sentinel is checked', () => {
    for (const value of ['', 'x', '\u00e4', '=?base64?YQ==?=', '=?base64??=', '=?BASE64?!?=']) {
      accepted(LEGACY_CALL, { headers: { 'mcp-param-region': value } });
    }
    for (const value of ['=?base64?YQ=?=', '=?base64?/w==?=', '=?base64?=']) {
      const options = { headers: { 'mcp-param-region': value } };
      expect(refused(LEGACY_CALL, options)).toMatchObject({ ...MISMATCH, id: '1' });
      expect(refused(`[${LEGACY_CALL}]`, options)).toMatchObject({ ...MISMATCH, id: null });
    }
  });
});

describe('the era is that of the message', () => {
  const version = (name: string) => ({ headers: { 'mcp-protocol-version': name } });
  const claiming = (claim: string) =>
    request('ping', `{"_meta":{"io.modelcontextprotocol/protocolVersion":${claim}}}`);

  test.each([MODERN, '2026-07-29', '2031-01-01'])('header %s without the envelope', (name) => {
    expect(refused(request('ping'), version(name))).toMatchObject({ ...NEEDS_ENVELOPE, id: '1' });
    const withMeta = request('ping', '{"_meta":{"progressToken":1}}');
    expect(refused(withMeta, version(name))).toMatchObject({ ...NEEDS_ENVELOPE, id: '1' });
    const initialize = request('initialize', '{"protocolVersion":"2025-11-25"}');
    expect(refused(initialize, version(name))).toMatchObject({ ...MISMATCH, id: '1' });
    const batch = refused(`[${request('ping')}]`, version(name));
    expect(batch).toMatchObject({ reason: 'invalid_request', code: -32600, id: null });
  });

  test('a batch with an envelope', () => {
    const problem = refused(`[${request('ping')},${modern('ping')}]`);
    expect(problem).toMatchObject({ reason: 'invalid_request', code: -32600, id: null });
  });

  test.each(['1', 'null', '["2026-07-28"]', '{}'])('a claim that is %s', (claim) => {
    expect(refused(claiming(claim))).toMatchObject({ ...NEEDS_ENVELOPE, id: '1' });
  });

  test.each([
    ['2025-06-18', '2025-06-18'],
    ['', ''],
    ['DRAFT-2026', 'DRAFT-2026'],
    ['2026-7-28', '2026-7-28'],
    ['2026-07-28x', '2026-07-28x'],
  ])('header %j without the envelope is legacy, and its text is given', (name, given) => {
    const { era, protocolVersion } = message(request('ping'), version(name));
    expect([era, protocolVersion]).toEqual(['legacy', given]);
  });

  test('without a header it is 2025-03-26', () => {
    expect(message(LEGACY_CALL)).toMatchObject({ era: 'legacy', protocolVersion: '2025-03-26' });
  });

  test('initialize states what it asks for', () => {
    const body = request('initialize', '{"protocolVersion":"2025-11-25"}');
    expect(message(body).protocolVersion).toBe('2025-11-25');
    expect(message(body, version('2025-06-18')).protocolVersion).toBe('2025-11-25');
    expect(message(request('initialize', '{}')).protocolVersion).toBe('2025-03-26');
  });

  test('a claim of an older date is legacy, and needs no headers', () => {
    const body = claiming('"2025-11-25"');
    expect(message(body)).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25' });
    expect(refused(body, version('2025-06-18'))).toMatchObject(MISMATCH);
  });

  test('a claim that is no date is modern, so that nothing is left out', () => {
    expect(refused(claiming('"next"'))).toMatchObject(MISMATCH);
    const options = { headers: { 'mcp-protocol-version': 'next', 'mcp-method': 'ping' } };
    expect(message(claiming('"next"'), options)).toMatchObject({
      era: 'modern',
      protocolVersion: 'next',
    });
  });
});
