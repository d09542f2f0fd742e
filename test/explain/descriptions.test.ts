import { describe, expect, test } from '@jest/globals';
import { type DescribedRequest, mcpOf, principalOf } from '../../src/index.ts';
import { startRig, verdictOf } from './support/both.ts';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };

const LENGTH = "`request.headers['Content-Length']` is the length of the body";

describe('what is no request is refused, and no value is shown', () => {
  test.each<[string, unknown]>([
    ['`request` is an object', undefined],
    ['`request` is an object', [PING]],
    ['`request.header` is unknown', { header: {} }],
    ['`request.principle` is unknown', { principle: {} }],
    ['`request.method` is', { method: 'GET /' }],
    ['`request.method` is', { method: null }],
    ['`request.ip` is', { ip: 'localhost' }],
    ['`request.url` is', { url: 1 }],
    ['`request.url` is', { url: null }],
    ['`request.params` is', { params: null }],
    ['`request.params` is', { params: { team: 1 } }],
    ['`request.body` and `request.message` exclude each other', { body: '', message: PING }],
    ['`request.body` is', { body: 1 }],
    ['`request.body` is', { body: null }],
    ['`request.message` is what JSON can hold', { message: () => {} }],
    ['`request.message` is what JSON can hold', { message: { id: 1n } }],
    ['`request.headers` is', { headers: null }],
    ['`request.headers` is', { headers: 'secret' }],
    ['`request.headers` is', { headers: new Headers({ A: 'secret' }) }],
    ['`request.params` is', { params: new Map([['team', 'secret']]) }],
    ["`request.headers`: 'a b' is no header name", { headers: { 'a b': 'secret' } }],
    ["`request.headers['A']` is no header value", { headers: { A: 'secret\n' } }],
    ["`request.headers['A']` is no header value", { headers: { A: 1 } }],
    ["`request.headers['A']` is no header value", { headers: { A: ['b', null] } }],
    [LENGTH, { headers: { 'content-length': '3' }, message: PING }],
    [LENGTH, { headers: { 'Content-Length': ['2', '3'] }, body: 'ab' }],
    [LENGTH, { headers: { 'Content-Length': '5' } }],
    ['`request.principal` needs', { principal: { subject: 'alice' } }],
  ])('%s', async (message, request) => {
    const { gateway } = await startRig({});
    const refused = gateway.explain(request as DescribedRequest);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow('secret');
  });

  test('a principal without a subject', async () => {
    const { gateway } = await startRig({ auth: () => null });
    const refused = gateway.explain({ principal: {} as never });
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow('`request.principal` is');
  });

  test.each(['/', '/other', '/mcp/below', '/amcp', 'mcp', 'https://gateway.example/other'])(
    'the URL of another route: %s',
    async (url) => {
      const { gateway } = await startRig({});
      await expect(gateway.explain({ url })).rejects.toThrow(RangeError);
    },
  );
});

test.each(['/mcp', '/mcp/', '/api/mcp', '/api/v1/mcp?x=1', 'https://gateway.example/mcp'])(
  'the URL of the endpoint: %s',
  async (url) => {
    const { gateway } = await startRig({});
    expect(await gateway.explain({ url, message: PING })).toMatchObject({ reason: 'relayed' });
  },
);

test('by default it is a POST from this machine, and a message brings what frames it', async () => {
  const { gateway } = await startRig({ policies: () => true });
  const { headers, reason } = await gateway.explain({ message: [PING, PING] });
  expect({ headers, reason }).toMatchObject({
    reason: 'relayed',
    headers: { 'content-type': 'application/json', 'content-length': '83' },
  });
});

test('a Content-Length of its own is taken where it is that of the body', async () => {
  const { gateway } = await startRig({ policies: () => true });
  const headers = { 'content-length': '40', 'content-type': 'application/json' };
  const { headers: sent } = await gateway.explain({ headers, message: PING });
  expect(JSON.stringify(PING)).toHaveLength(40);
  expect(sent).toMatchObject(headers);
});

test('functions that decide see the request as Express gives it', async () => {
  const seen: unknown[] = [];
  const { gateway } = await startRig({
    auth: (req) => ({ subject: String(req.headers['x-user']) }),
    policies: ({ req, ip, principal, mcp, headers }) => {
      const { path, query, originalUrl, baseUrl } = req as never as Record<string, unknown>;
      seen.push({ path, query, originalUrl, baseUrl, ip, subject: principal?.subject });
      seen.push({ method: mcp.method, token: headers['x-user'], tool: mcpOf(req)?.method });
      return principalOf(req) === principal;
    },
  });
  const request = {
    url: '/api/mcp?team=blue',
    ip: '2001:db8::1',
    headers: { 'X-User': 'alice' },
    message: PING,
  };
  expect(verdictOf(await gateway.explain(request))).toMatchObject({ reason: 'relayed' });
  expect(seen).toEqual([
    {
      path: '/mcp',
      query: expect.objectContaining({ team: 'blue' }),
      originalUrl: '/api/mcp?team=blue',
      baseUrl: '/api',
      ip: '2001:db8::1',
      subject: 'alice',
    },
    { method: 'ping', token: 'alice', tool: 'ping' },
  ]);
});

test('a token in the query is refused as ever', async () => {
  const { gateway } = await startRig({ auth: () => ({ subject: 'alice' }) });
  const request = { url: '/mcp?access_token=abc', message: PING };
  expect(verdictOf(await gateway.explain(request))).toMatchObject({
    slot: 'auth',
    reason: 'unauthorized',
    status: 401,
  });
});
