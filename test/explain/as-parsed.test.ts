import { expect, test } from '@jest/globals';
import type { DescribedRequest } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { startRig } from './support/both.ts';

const CHUNKED = '4\r\nbody\r\n0\r\n\r\n';

/** A head, as it is described and as it is sent, and what is sent behind it. */
type Row = readonly [method: string, headers: DescribedRequest['headers'], sent?: string];

const ROWS: readonly Row[] = [
  ['POST', {}],
  ['post', {}],
  ['FOO', {}],
  ['QUERY', {}],
  ['CONNECT', {}],
  ['POST', { 'Content-Length': '4' }, 'body'],
  ['POST', { 'Content-Length': '04' }, 'body'],
  ['POST', { 'Content-Length': ' 4\t' }, 'body'],
  ['POST', { 'Content-Length': '+4' }, 'body'],
  ['POST', { 'Content-Length': '4e0' }, 'body'],
  ['POST', { 'Content-Length': '' }],
  ['POST', { 'Content-Length': ['4', '4'] }, 'body'],
  ['POST', { 'content-length': '4', 'Transfer-Encoding': 'chunked' }, CHUNKED],
  ['POST', { 'Transfer-Encoding': 'chunked' }, CHUNKED],
  ['POST', { 'Transfer-Encoding': 'Chunked' }, CHUNKED],
  ['POST', { 'Transfer-Encoding': 'gzip, chunked' }, CHUNKED],
  ['POST', { 'Transfer-Encoding': ['gzip', 'chunked'] }, CHUNKED],
  ['POST', { 'Transfer-Encoding': ['chunked', 'chunked'] }, CHUNKED],
  ['POST', { 'Transfer-Encoding': 'chunked, gzip' }, CHUNKED],
  ['POST', { 'Transfer-Encoding': 'gzip' }, 'body'],
  ['POST', { 'Transfer-Encoding': '' }],
  ['GET', { 'Content-Length': '0' }],
  ['GET', { 'Transfer-Encoding': 'identity' }],
  ['POST', { Expect: '100-continue', 'Content-Length': '4' }, 'body'],
  ['POST', { Expect: 'Foo, 100-Continue', 'Content-Length': '4' }, 'body'],
  ['POST', { Expect: 'foo' }],
];

test.each(ROWS)('what Node refuses is refused: %s %j', async (method, headers = {}, sent = '') => {
  const { gateway, port, upstream } = await startRig({ methods: ['POST'] });
  const lines = Object.entries({ Host: 'a', Connection: 'close', ...headers }).flatMap(
    ([name, value]) => [value].flat().map((line) => `${name}: ${line}\r\n`),
  );
  const before = gateway.stats().requests.total;
  await exchange(port, Buffer.from(`${method} /mcp HTTP/1.1\r\n${lines.join('')}\r\n${sent}`));
  const isServed = gateway.stats().requests.total > before;
  const isRelayed = upstream.seen.length > 0;

  const body = sent === '' ? {} : { body: 'body' };
  const explained = gateway.explain({ method, headers: { Host: 'a', ...headers }, ...body });
  if (isServed) expect((await explained).reason === 'relayed').toBe(isRelayed);
  else await expect(explained).rejects.toThrow(TypeError);
});

test.each(['3', '5', '0'])('a body of 4 bytes with Content-Length: %s', async (length) => {
  const { gateway } = await startRig({});
  const request = { headers: { 'Content-Length': length }, body: 'body' };
  await expect(gateway.explain(request)).rejects.toThrow(
    "`request.headers['Content-Length']` is the length of the body, 4",
  );
});

test('white space around a value is not part of it', async () => {
  const { gateway } = await startRig({});
  const headers = { Accept: ' \ttext/event-stream ', Expect: '100-continue' };
  const explained = await gateway.explain({ headers, body: 'x' });
  expect(explained.headers).toMatchObject({ accept: 'text/event-stream' });
});
