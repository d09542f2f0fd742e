import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { startEndpoint } from '../../support/endpoint.ts';
import { startGateway } from '../../support/gateway.ts';

/** Bytes that neither repeat nor compress. */
export function noise(size: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(size),
  );
}

/** Sends `bytes` in pieces; pieces larger than a socket's buffer would hide back-pressure. */
async function write(bytes: Buffer, to: NodeJS.WritableStream): Promise<void> {
  function* pieces() {
    for (let at = 0; at < bytes.length; at += 60_000) yield bytes.subarray(at, at + 60_000);
  }
  await pipeline(Readable.from(pieces()), to);
}

async function digest(stream: NodeJS.ReadableStream): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest('hex');
}

type Framing = 'chunked' | 'length';

function framed(framing: Framing, bytes: Buffer): Record<string, string> {
  return framing === 'length'
    ? { 'Content-Length': String(bytes.length) }
    : { 'Transfer-Encoding': 'chunked' };
}

function framingOf({ headers }: IncomingMessage): Framing | 'both' | 'neither' {
  const chunked = headers['transfer-encoding'] === 'chunked';
  const length = headers['content-length'] !== undefined;
  if (chunked && length) return 'both';
  if (chunked) return 'chunked';
  return length ? 'length' : 'neither';
}

/** Tests that this many bytes are the same on the other side, both ways. */
export function testSameBytes(size: number): void {
  const payloads: Record<string, Buffer> = {};

  beforeAll(() => {
    payloads.identity = noise(size);
    // Stored, not deflated: as many bytes travel as are in it.
    payloads.gzip = gzipSync(payloads.identity, { level: constants.Z_NO_COMPRESSION });
  });

  test.each([
    ['identity', 'length'],
    ['identity', 'chunked'],
    ['gzip', 'length'],
    ['gzip', 'chunked'],
  ] as const)('%s, framed by %s', async (coding, framing) => {
    const bytes = payloads[coding] ?? Buffer.alloc(0);
    const headers = {
      'Content-Type': 'application/json',
      ...(coding === 'gzip' ? { 'Content-Encoding': 'gzip' } : {}),
      ...framed(framing, bytes),
    };
    const seen: { hash: string; framing: string; coding: unknown }[] = [];
    const { target } = await startEndpoint(async (req, res) => {
      const hash = await digest(req);
      seen.push({ hash, framing: framingOf(req), coding: req.headers['content-encoding'] });
      res.writeHead(200, headers);
      await write(bytes, res);
    });
    const gateway = await startGateway({
      target,
      bodyLimit: '65mb',
    });

    const outgoing = request(gateway.url, { method: 'POST', headers, agent: false });
    const response = once(outgoing, 'response');
    await write(bytes, outgoing);
    const [answer] = (await response) as [IncomingMessage];

    const sent = {
      hash: createHash('sha256').update(bytes).digest('hex'),
      framing,
      coding: coding === 'gzip' ? 'gzip' : undefined,
    };
    // Where there is not one byte, either framing says the same.
    const oneOf = expect.stringMatching(/^(chunked|length)$/);
    expect(seen).toEqual([{ ...sent, framing: bytes.length === 0 ? oneOf : framing }]);
    expect({
      framing: framingOf(answer),
      coding: answer.headers['content-encoding'],
      hash: await digest(answer),
    }).toEqual(sent);
    expect(answer.complete).toBe(true);
  });
}
