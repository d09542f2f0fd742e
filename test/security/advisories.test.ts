import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { exchange, rawClient, statusesIn } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd, reset } from '../support/servers.ts';
import { answering, rawUpstream } from '../support/upstream.ts';
import { call, expectUnheard, message, reasonIn, startPair } from './support/pair.ts';
import { strictUpstream, valuesOf } from './support/strict-upstream.ts';

const CLOSE = 'Connection: close';
const CHUNKED = 'Transfer-Encoding: chunked';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: gw\r\n\r\n';

test('CVE-2026-29057: a chunked DELETE carries no second request upstream', async () => {
  const pair = await startPair();
  // Warms a connection that a smuggled request would be written to.
  await exchange(pair.port, call('first', [CLOSE]));
  const inChunk = message('DELETE /mcp HTTP/1.1', [CHUNKED], `26\r\n${SMUGGLED}\r\n0\r\n\r\n`);
  expect(reasonIn((await exchange(pair.port, inChunk)).text)).toBe('unexpected_body');
  // What stands behind an empty body is a request to this server, and no part of the one before it.
  const empty = message('DELETE /mcp HTTP/1.1', [CHUNKED, 'Mcp-Name: empty'], '0\r\n\r\n');
  const { statuses } = await exchange(
    pair.port,
    empty + message('GET /smuggled HTTP/1.1', [CLOSE]),
  );
  expect(statuses).toEqual([200, 404]);
  await exchange(pair.port, call('last', [CLOSE]));
  expect(pair.upstream.faults).toEqual([]);
  const names = pair.upstream.seen.map((request) => valuesOf(request, 'mcp-name').join());
  expect(names).toEqual(['first', 'empty', 'last']);
  const framing = pair.upstream.seen.flatMap((request) => valuesOf(request, 'transfer-encoding'));
  expect(framing).toEqual([]);
});

test('CVE-2025-4366: a connection whose upstream left a body unread is not used again', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
  const upstream = await rawUpstream(answering(answer));
  const gateway = await startGateway({ target: upstream.target });
  const client = await rawClient(gateway.port);
  const body = call('smuggled').padEnd(1000);
  client.send(message('POST /mcp HTTP/1.1', ['Content-Length: 1000'], body.slice(0, 20)));
  await client.has(/{}$/);
  await client.send(body.slice(20)).closed();
  expect(statusesIn(client.text)).toEqual([200]);

  const next = await exchange(gateway.port, call('next', [CLOSE]));
  expect(next.statuses).toEqual([200]);
  await (await upstream.connection(0)).closed();
  expect((await upstream.connection(1)).received).toMatch(/^POST \/up\/mcp /);
  expect(upstream.connections.map(({ received }) => received.includes('next'))).toEqual([
    false,
    true,
  ]);
});

test.each(['X_Api_Key', 'x_api-key', 'X-Api_Key'])(
  'CVE-2025-64484: %s cannot pass for a header of `set`',
  async (spelling) => {
    const headers = { forward: ['*', spelling], set: { 'X-Api-Key': 'upstream-secret' } };
    const { port, upstream } = await startPair({ headers }, ['x-api-key']);
    const client = await exchange(port, call('a', [`${spelling}: spoofed`, CLOSE]));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(valuesOf(upstream.seen[0], 'x-api-key')).toEqual(['upstream-secret']);
  },
);

test('CVE-2026-26308: neither the first nor the last of two session ids is believed', async () => {
  const pair = await startPair();
  const fields = ['Mcp-Session-Id: mine', 'mcp-session-id: theirs', CLOSE];
  const client = await exchange(pair.port, call('a', fields));
  expect(client.statuses).toEqual([400]);
  expect(reasonIn(client.text)).toBe('repeated_header');
  await expectUnheard(pair);
});

test('CVE-2026-2833: behind an upgrade that is not taken, a body is still no request', async () => {
  const { port, upstream } = await startPair();
  const upgrade = message('GET /mcp HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket']);
  const smuggled = call('smuggled', [CLOSE]);
  const client = await rawClient(port);
  // Node drops what came together with an upgrade, and reads on at whatever comes next.
  client.send(upgrade + message('POST /mcp HTTP/1.1', [`Content-Length: ${smuggled.length}`]));
  await client.has(/{}}$/);
  await client.send(smuggled).closed();
  expect(upstream.faults).toEqual([]);
  expect(upstream.heads.join()).not.toContain('smuggled');
});

test('GHSA-v2v2-hph8-q5xp: a content type goes upstream as it came', async () => {
  const { port, upstream } = await startPair();
  const type = 'application/json\t; charset=utf-8 ;text/event-stream';
  await exchange(port, call('a', [`Content-Type: ${type}`, CLOSE]));
  expect(valuesOf(upstream.seen[0], 'content-type')).toEqual([type]);
});

/** A gateway in a process of its own. */
async function spawnHost(target: string) {
  const fixture = resolve(import.meta.dirname, 'fixtures/host.ts');
  const child: ChildProcess = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    fixture,
    target,
  ]);
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const exited = once(child, 'exit');
  atTestEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [line] = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    exited.then(() => Promise.reject(new Error(errors))),
  ]);
  return { child, port: Number(line), errors: () => errors };
}

/** Each of these has ended a process, or is a close relative of one that has. */
const DANGEROUS = [
  ...['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS'].map((method) =>
    message(`${method} /mcp HTTP/1.1`, ['Trailer: X']),
  ),
  message('POST /mcp HTTP/1.1', ['Trailer: X', 'Content-Length: 2'], '{}'),
  message('POST /mcp HTTP/1.1', ['Trailer: X', CHUNKED], '2\r\n{}\r\n0\r\nX: y\r\n\r\n'),
  message('GET /mcp HTTP/1.0', ['Trailer: X']),
  message('POST /mcp HTTP/1.1', ['Expect: 100-continue', 'Content-Length: 2'], '{}'),
  message('GET /mcp HTTP/1.1', ['Expect: 100-continue', 'Trailer: X']),
  message('POST /mcp HTTP/1.1', ['Expect: nothing', CHUNKED], '0\r\n\r\n'),
  call('a', ['__proto__: a', '__proto__: b', 'constructor: c', 'toString: d', 'valueOf: e']),
  call('a', ['Connection: __proto__, constructor, close', 'Constructor: a']),
  call('\x80\xff'),
  call('a', ['Connection: upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMA']),
  message('GET /mcp HTTP/1.1', ['Connection: upgrade', 'Upgrade: websocket'], '\x81\x05hello'),
  message('CONNECT /mcp HTTP/1.1', [], 'bytes'),
  message('POST /mcp HTTP/1.1', ['Transfer-Encoding: gzip'], 'x'),
  message('POST /mcp HTTP/1.1', [CHUNKED], '2\r\n{}\r\nzz\r\n'),
  message('POST /mcp HTTP/1.1', ['Content-Length: 9'], 'short'),
  message('DELETE /mcp HTTP/1.1', [CHUNKED], `0\r\n\r\n${call('a')}`),
  message('POST http://[::1]:1/mcp HTTP/1.1', ['Content-Length: 0']),
  message('GET /mcp?%E0%A4%A HTTP/1.1'),
  message('GET //[/mcp HTTP/1.1'),
  `${call('a')}${message('PUT /mcp HTTP/1.1', ['Content-Length: 1'], 'x')}${call('b')}\0garbage`,
  '\0\x01\x02garbage\r\n\r\n',
];

test('no request and no way to end one ends the process', async () => {
  const upstream = await strictUpstream([
    'constructor',
    'tostring',
    'valueof',
    'sec-websocket-key',
  ]);
  const { child, port, errors } = await spawnHost(upstream.target);
  const endings: ((socket: Socket) => void)[] = [
    (socket) => socket.end(),
    (socket) => reset(socket),
    (socket) => socket.once('data', () => reset(socket)),
  ];
  const attack = (bytes: string, end: (socket: Socket) => void) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(Buffer.from(bytes, 'latin1'), () => end(socket));
      });
      // Some of them leave the gateway waiting for more.
      socket.setTimeout(500, () => socket.destroy());
      socket
        .on('error', () => {})
        .on('close', () => resolve())
        .resume();
    });
  await Promise.all(DANGEROUS.flatMap((bytes) => endings.map((end) => attack(bytes, end))));

  expect({ exit: child.exitCode, signal: child.signalCode, errors: errors() }).toEqual({
    exit: null,
    signal: null,
    errors: '',
  });
  const client = await exchange(port, call('afterwards', [CLOSE]));
  expect(client.statuses).toEqual([200]);
  expect(errors()).toBe('');
  expect(upstream.faults).toEqual([]);
});
