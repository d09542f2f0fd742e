import { describe, expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { serveRaw } from '../support/servers.ts';
import { startSmallPieces } from './support/small-pieces.ts';

const MB = 1024 * 1024;

const headFor = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;

/** So many chunks of one byte; the body has not ended. */
const pieces = (count: number) => '1\r\n \r\n'.repeat(count);

/** An upstream that takes every byte of a request and never answers, or takes none. */
async function silentUpstream(takes: boolean): Promise<string> {
  const { port } = await serveRaw((socket) => {
    if (takes) socket.resume();
    else socket.pause();
  });
  return `http://127.0.0.1:${port}/mcp`;
}

interface Flood {
  readonly path?: string;
  readonly clients: number;
  readonly count: number;
  readonly takes?: boolean;
}

/** How much more memory is in use once so many clients have sent so many pieces each. */
async function costOf(
  kind: string,
  { path = '/mcp', clients, count, takes = true }: Flood,
): Promise<{ cost: number; received: number }> {
  const child = await startSmallPieces(kind, await silentUpstream(takes));
  const warm = await rawClient(child.port);
  warm.send(headFor(path) + pieces(10));
  const before = await child.settled();
  const flood = Buffer.from(headFor(path) + pieces(count));
  for (let i = 0; i < clients; i += 1) (await rawClient(child.port)).send(flood);
  const after = await child.settled();
  return { cost: after.memory - before.memory, received: after.received - before.received };
}

/** The payload is a sixth of what is on the wire; kept piece by piece it is 50 times as much. */
describe('a body in pieces of one byte costs about what it does on the wire', () => {
  test.each([
    ['policies', '/mcp'],
    ['legacySse with policies', '/messages'],
    ['rateLimit by tool', '/mcp'],
    ['policy()', '/mcp'],
    ['throttle()', '/mcp'],
  ])('where it is read: %s', async (kind, path) => {
    const { cost, received } = await costOf(kind, { path, clients: 2, count: 150_000 });
    expect(received).toBeGreaterThan(1.7 * MB);
    expect(cost).toBeLessThan(2 * received);
  });

  test('where it is only looked at: observe alone', async () => {
    const { cost, received } = await costOf('observe alone', { clients: 5, count: 60_000 });
    expect(received).toBeGreaterThan(1.7 * MB);
    expect(cost).toBeLessThan(2 * received);
  });

  test.each(['auth that takes its time', 'requireAuth() that takes its time'])(
    'where nobody reads it: %s',
    async (kind) => {
      const { cost, received } = await costOf(kind, { clients: 5, count: 60_000 });
      expect(received).toBeGreaterThan(1.7 * MB);
      expect(cost).toBeLessThan(2 * received);
    },
  );

  test.each(['nothing', 'mcpProxy()'])('where its upstream takes none of it: %s', async (kind) => {
    // What the kernel takes of it is gone.
    const { cost, received } = await costOf(kind, { clients: 5, count: 120_000, takes: false });
    expect(received).toBeGreaterThan(1.7 * MB);
    expect(cost).toBeLessThan(2 * received);
  });
});

describe('an answer in pieces of one byte', () => {
  test('costs little where its client does not read', async () => {
    const body = pieces(400_000);
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { port } = await serveRaw((socket) => {
      socket.once('data', () => socket.write(head + body));
    });
    const child = await startSmallPieces('nothing', `http://127.0.0.1:${port}/mcp`);
    const before = await child.settled();
    for (let i = 0; i < 4; i += 1) {
      const client = await rawClient(child.port);
      client.socket.pause();
      client.send('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    }
    const { memory } = await child.settled();
    expect(memory - before.memory).toBeLessThan(4 * MB);
  });
});
