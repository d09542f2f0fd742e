import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import { bodyLimit } from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';

const chunk = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n`;
const CHUNKED = 'POST /mcp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
const sized = (length: number) =>
  `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

describe('a body over bodyLimit is refused with 413', () => {
  test('by its declared length, before a byte of it came, and the connection closes', async () => {
    const upstream = await recordingUpstream();
    const { port, errors } = await startGateway({ target: upstream.target, bodyLimit: 1000 });
    const client = await exchange(port, sized(1001));
    expect(client.statuses).toEqual([413]);
    expect(client.text).toMatch(/^connection: close\r$/im);
    expect(client.text).toContain('"reason":"payload_too_large"');
    expect(errors.map((error) => error.reason)).toEqual(['payload_too_large']);
    expect(upstream.seen).toEqual([]);
  });

  test('by count while it streams chunked; the upstream never sees its end', async () => {
    const upstream = await rawUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: 1000 });
    const client = await rawClient(port);
    client.send(CHUNKED + chunk('a'.repeat(900)));
    const connection = await upstream.connection(0);
    await connection.has(/a{900}/);
    client.send(chunk('#'.repeat(200)));
    await connection.closed();
    expect(connection.received).not.toContain('#');
    expect(connection.received).not.toMatch(/\r\n0\r\n\r\n$/);
    client.send('0\r\n\r\n');
    await client.closed();
    expect(client.statuses).toEqual([413]);
    expect(client.text).toMatch(/^connection: close\r$/im);
  });

  test('what follows on the refused connection is not taken for a request', async () => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: 10 });
    const next = 'POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';
    const client = await exchange(
      port,
      [CHUNKED, chunk('a'.repeat(11)), '0\r\n\r\n', next].join(''),
    );
    expect(client.statuses).toEqual([413]);
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ['declared', sized(1000) + 'a'.repeat(1000)],
    ['chunked', [CHUNKED, chunk('a'.repeat(400)), chunk('a'.repeat(600)), '0\r\n\r\n'].join('')],
  ])('a %s body of exactly the limit passes', async (_, bytes) => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: '1000b' });
    const client = await rawClient(port);
    expect(await client.send(bytes).has(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.seen[0]?.body.toString()).toBe('a'.repeat(1000));
  });

  test.each([
    ['4mb by default', {}, 4 * 1024 * 1024 + 1, 413],
    ['none for false', { bodyLimit: false as const }, 4 * 1024 * 1024 + 1, 200],
  ])('%s', async (_, config, size, status) => {
    const upstream = await recordingUpstream();
    const { url } = await startGateway({ target: upstream.target, ...config });
    const body = randomBytes(size);
    const response = await fetch(url, { method: 'POST', body });
    expect(response.status).toBe(status);
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(upstream.seen.map((seen) => sha256(seen.body))).toEqual(
      status === 200 ? [sha256(body)] : [],
    );
  });

  test('a client that is still uploading gets the answer, not a reset', async () => {
    const upstream = await recordingUpstream();
    const { url } = await startGateway({ target: upstream.target, bodyLimit: '1mb' });
    for (let i = 0; i < 20; i++) {
      const response = await fetch(url, { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024) });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({
        error: { data: { reason: 'payload_too_large' } },
      });
    }
  });

  test('bytes that came while an earlier middleware waited are counted', async () => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: 10 }, (app) => {
      app.use((req, _res, next) => {
        const wait = () => (req.readableLength > 10 ? next() : setImmediate(wait));
        wait();
      });
    });
    const client = await exchange(port, CHUNKED + chunk('a'.repeat(11)));
    expect(client.statuses).toEqual([413]);
    expect(upstream.seen).toEqual([]);
  });
});

test('bodyLimit alone, in Connect: whoever reads the body never gets a byte over it', async () => {
  let read = '';
  let ended = false;
  const app = connect();
  app.use(bodyLimit(10));
  app.use((req, res) => {
    req.on('data', (bytes) => {
      read += bytes;
    });
    req.on('end', () => {
      ended = true;
      res.end('ok');
    });
  });
  const { port } = await serve(app);
  const client = await rawClient(port);
  client.send(CHUNKED + chunk('a'.repeat(10)));
  client.send(`${chunk('b')}0\r\n\r\n`);
  await client.closed();
  expect(client.statuses).toEqual([413]);
  expect({ read, ended }).toEqual({ read: 'a'.repeat(10), ended: false });
});
