import type { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const engine = 'undici';

async function writeEach(socket: Duplex, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
}

describe('an interim answer that was not asked for is passed over', () => {
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['a 100 in one piece with the answer', [`HTTP/1.1 100 Continue\r\n\r\n${OK}`]],
    ['two of them', [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\nA: b\r\n\r\n${OK}`]],
    ['a 100 byte by byte', [...`HTTP/1.1 100 Continue\r\nA: b\r\n\r\n${OK}`]],
    ['a 103 and a 100', [`HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 100 Go on\r\n\r`, `\n${OK}`]],
  ];
  test.each(CASES)('%s', async (_name, pieces) => {
    const upstream = await rawUpstream(onHead((socket) => void writeEach(socket, pieces)));
    const gateway = await startGateway({ target: upstream.target, engine });
    expect(await send(gateway.port)).toMatchObject({ status: 200, body: '{}' });
    expect(gateway.errors).toEqual([]);
  });
});

test('the head reaches the upstream before the first byte of the body comes', async () => {
  const upstream = await rawUpstream(onHead((socket) => void socket.write(OK)));
  const gateway = await startGateway({ target: upstream.target, engine });
  const client = await rawClient(gateway.port);
  client.send(
    'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n',
  );
  await client.has(/\{\}$/);
  expect(upstream.connections[0]?.received).toMatch(/content-length: 2\r\n\r\n$/i);
});

test('a body that comes with the head goes in one piece, and its connection is used again', async () => {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({ target: upstream.target, engine });
  const client = await rawClient(gateway.port);
  for (let i = 1; i <= 3; i++) {
    client.send(rawRequest({ headers: { Connection: 'keep-alive' } }));
    await client.has(new RegExp(`(?:"result":\\{\\}\\}[^]*){${i}}$`));
  }
  expect(upstream.seen).toHaveLength(3);
  for (const { headers } of upstream.seen) expect(headers['transfer-encoding']).toBeUndefined();
});
