import { describe, expect, test } from '@jest/globals';
import type { EngineName } from '../../src/index.ts';
import { parseAnswer } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { latin1, onHead } from '../support/on-head.ts';
import { rawUpstream } from '../support/upstream.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

const ANSWERS = {
  'by its length': `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 7\r\n\r\n{"a":1}`,
  'by chunks': `${HEAD}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{"a\r\n4\r\n":1}\r\n0\r\nX-A: b\r\n\r\n`,
  'by the end of its connection': `HTTP/1.1 103 Hints\r\nLink: <a>\r\n\r\n${HEAD}\r\n{"a":1}`,
};

/** What clients get, and what is told, where the upstream ends behind each byte of its answer. */
async function outcomes(engine: EngineName, bytes: string): Promise<unknown[]> {
  const upstream = await rawUpstream(
    onHead((socket, { received }) => {
      socket.end(latin1(bytes.slice(0, Number(/mcp-name: (\d+)/i.exec(received)?.[1]))));
    }),
  );
  const gateway = await startGateway({ target: upstream.target, engine, heartbeat: false });
  const all: unknown[] = [];
  for (let length = 0; length <= bytes.length; length += 1) {
    const client = await exchange(
      gateway.port,
      requestBytes({ headers: { 'Mcp-Name': `${length}` } }),
    );
    const answer = parseAnswer(client.bytes, client.ending);
    const told = gateway.errors
      .splice(0)
      .map(({ reason, cause }) => [reason, (cause as { readonly code?: string }).code]);
    all.push([length, answer?.status, answer?.complete, answer?.body, told]);
  }
  return all;
}

describe('both engines make the same of an answer that ends behind any of its bytes', () => {
  test.each(Object.entries(ANSWERS))('framed %s', async (_name, bytes) => {
    const usual = await outcomes('http-proxy-middleware', bytes);
    expect(usual.at(-1)).toEqual([bytes.length, 200, true, '{"a":1}', []]);
    expect(await outcomes('undici', bytes)).toEqual(usual);
  });
});
