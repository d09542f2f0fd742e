import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { gatherPieces, unreadLength } from '../../src/http/gathered-pieces.ts';
import { rawClient } from '../support/client/raw.ts';
import { serve } from '../support/servers.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const END = '0\r\n\r\n';

/** A request whose pieces are gathered, and the client that sends it. */
async function gathered() {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const { port } = await serve((req) => {
    gatherPieces(req);
    arrived.resolve(req);
  });
  const client = await rawClient(port);
  client.send(HEAD);
  return { client, req: await arrived.promise };
}

async function untilUnread(req: IncomingMessage, length: number): Promise<void> {
  while (unreadLength(req) < length) await new Promise(setImmediate);
}

const text = Array.from({ length: 3000 }, (_, i) => String.fromCharCode(97 + (i % 26)));

/** Every way to read a body. */
const WAYS: Readonly<Record<string, (req: IncomingMessage) => Promise<string>>> = {
  async data(req) {
    let all = '';
    req.on('data', (bytes) => {
      all += bytes;
    });
    await once(req, 'end');
    return all;
  },
  async readable(req) {
    let all = '';
    req.on('readable', () => {
      for (let bytes = req.read(); bytes !== null; bytes = req.read()) all += bytes;
    });
    await once(req, 'end');
    return all;
  },
  async 'for await'(req) {
    let all = '';
    for await (const bytes of req) all += bytes;
    return all;
  },
  async 'with pauses'(req) {
    let all = '';
    req.on('data', (bytes) => {
      all += bytes;
      req.pause();
      setTimeout(() => req.resume(), 1);
    });
    await once(req, 'end');
    return all;
  },
  async encoded(req) {
    let all = '';
    req.setEncoding('utf8').on('data', (bytes: string) => {
      all += bytes;
    });
    await once(req, 'end');
    return all;
  },
};

describe('pieces that are gathered are the bytes that came', () => {
  test.each(Object.entries(WAYS))('all at once, before they are read: %s', async (_way, read) => {
    const { client, req } = await gathered();
    client.send(text.map(chunk).join('') + chunk('L'.repeat(9000)) + text.map(chunk).join(''));
    await untilUnread(req, 15_000);
    client.send(chunk('last') + END);
    expect(await read(req)).toBe(`${text.join('')}${'L'.repeat(9000)}${text.join('')}last`);
  });

  test.each(Object.entries(WAYS))('one by one, while they are read: %s', async (_way, read) => {
    const { client, req } = await gathered();
    const all = read(req);
    for (const piece of text.slice(0, 200)) {
      client.send(chunk(piece));
      await new Promise(setImmediate);
    }
    client.send(END);
    expect(await all).toBe(text.slice(0, 200).join(''));
  });

  test.each(Object.entries(WAYS))('more than a stream keeps: %s', async (_way, read) => {
    const { client, req } = await gathered();
    const piece = 'x'.repeat(999);
    client.send(chunk(piece).repeat(1000) + END);
    await untilUnread(req, 60_000);
    expect((await read(req)).length).toBe(999_000);
  });

  test('and the first of a turn waits for no other, those behind it for the end of the turn', async () => {
    const arrived = Promise.withResolvers<IncomingMessage>();
    let inThisTurn: number | undefined;
    const { port } = await serve((req) => {
      gatherPieces(req);
      // Node runs ticks behind each piece of a packet, before its event loop goes on.
      process.nextTick(() => {
        inThisTurn = req.readableLength;
      });
      arrived.resolve(req);
    });
    const client = await rawClient(port);
    client.send(HEAD + chunk('one') + chunk('and') + chunk('two'));
    const req = await arrived.promise;
    await untilUnread(req, 9);
    expect([inThisTurn, req.readableLength]).toEqual([3, 3]);
  });

  test('and come in few buffers while somebody reads them', async () => {
    const { client, req } = await gathered();
    let buffers = 0;
    let length = 0;
    req.on('data', (bytes: Buffer) => {
      buffers += 1;
      length += bytes.length;
    });
    client.send(chunk('x').repeat(50_000) + END);
    await once(req, 'end');
    expect(length).toBe(50_000);
    // However the connection cuts them: each read of it is of some kilobytes.
    expect(buffers).toBeLessThan(500);
  });

  test('and have come when the connection breaks behind them', async () => {
    const { client, req } = await gathered();
    let all = '';
    req.on('data', (bytes) => {
      all += bytes;
    });
    const broken = once(req, 'end');
    // Node reads the end of the connection together with them.
    client.socket.end(chunk('a').repeat(100));
    await expect(broken).rejects.toThrow('aborted');
    expect(all).toBe('a'.repeat(100));
  });

  test('and are no more than a stream keeps, in a few buffers', async () => {
    const { client, req } = await gathered();
    req.resume();
    await new Promise(setImmediate);
    req.pause();
    for (let i = 0; i < 40; i += 1) {
      client.send(chunk('x').repeat(10_000));
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    }
    expect(unreadLength(req)).toBeGreaterThan(60_000);
    expect(unreadLength(req)).toBeLessThan(100_000);
    let buffers = 0;
    req.on('data', () => {
      buffers += 1;
      req.pause();
    });
    req.resume();
    await once(req, 'pause');
    expect(buffers).toBe(1);
    expect(unreadLength(req)).toBeLessThan(100_000);
  });
});
