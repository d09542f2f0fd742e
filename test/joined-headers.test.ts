import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { joinedHeaders } from '../src/http/joined-headers.ts';
import { atTestEnd } from './support/servers.ts';

/** All that Node knows, but those of which it takes no second line: `Content-Length`, and `Host` of a request. */
const NAMES = [
  'Age',
  'Authorization',
  'Content-Type',
  'ETag',
  'Expires',
  'From',
  'Host',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'Last-Modified',
  'Location',
  'Max-Forwards',
  'Proxy-Authorization',
  'Referer',
  'Retry-After',
  'Server',
  'User-Agent',
  'Accept',
  'Cache-Control',
  'Cookie',
  'Date',
  'Set-Cookie',
  'Vary',
  'X-Forwarded-For',
  'X-Own',
  'constructor',
  'toString',
  '__proto__',
];

test('header lines are joined as Node joins those of its own messages', async () => {
  const lines = NAMES.flatMap((name) => [`${name}: 1`, `${name.toUpperCase()}: 2`, `${name}:`]);
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.end(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
    });
  }).listen(0, '127.0.0.1');
  atTestEnd(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.rawHeaders).toHaveLength(2 * lines.length + 2);
  const joined = joinedHeaders(answer.rawHeaders);
  expect(joined).toEqual(answer.headers);
  expect(joined).toMatchObject({ expires: '1', constructor: '1, 2, ', 'x-own': '1, 2, ' });
});
