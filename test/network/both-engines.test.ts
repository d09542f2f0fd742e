import type { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { type Answer, parseAnswer } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { latin1, onHead } from '../support/on-head.ts';
import { rawUpstream } from '../support/upstream.ts';
import { RAW_FRAMINGS } from './support/raw-framings.ts';
import { RAW_HEADS } from './support/raw-heads.ts';

const ENGINES = ['http-proxy-middleware', 'undici'] as const;

type Engine = (typeof ENGINES)[number];

/** A gateway whose upstream answers with these bytes, one by one or all at once, and ends. */
async function gatewayBefore(bytes: string, engine: Engine, step: number): Promise<TestGateway> {
  const upstream = await rawUpstream(onHead((socket) => void writeInSteps(socket, bytes, step)));
  return startGateway({ target: upstream.target, engine, heartbeat: false });
}

async function writeInSteps(socket: Duplex, bytes: string, step: number): Promise<void> {
  for (let at = 0; at < bytes.length && !socket.destroyed; at += step) {
    socket.write(latin1(bytes.slice(at, at + step)));
    await new Promise(setImmediate);
  }
  socket.end();
}

interface Outcome {
  /** What the client got; `cut` where that was not whole, `nothing` where not even its head came. */
  readonly answer: Pick<Answer, 'status' | 'reason' | 'headers' | 'body'> | 'cut' | 'nothing';
  /** Of each failure: the reason, and the code of its cause. */
  readonly failures: readonly string[];
}

async function outcome(bytes: string, engine: Engine, step: number): Promise<Outcome> {
  const gateway = await gatewayBefore(bytes, engine, step);
  const client = await exchange(gateway.port, requestBytes({}));
  const read = parseAnswer(client.bytes, client.ending);
  const failures = gateway.errors.map(({ reason, cause }) => {
    const { code = '' } = (cause ?? {}) as { readonly code?: string };
    return `${reason} ${code}`;
  });
  if (!read?.complete) return { answer: client.bytes.length > 0 ? 'cut' : 'nothing', failures };
  const { status, reason, body } = read;
  const headers = read.headers.filter(([name]) => name !== 'date');
  return { answer: { status, reason, headers, body }, failures };
}

describe('both engines make the same of an answer', () => {
  test.each([...RAW_HEADS, ...RAW_FRAMINGS])('%s', async (_name, bytes) => {
    // By the byte where the answer is short: what comes in pieces is read as if it came whole.
    for (const step of [bytes.length, bytes.length < 500 ? 1 : 997]) {
      const [one, other] = [
        await outcome(bytes, ENGINES[0], step),
        await outcome(bytes, ENGINES[1], step),
      ];
      expect(other).toEqual(one);
    }
  });
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

describe('where the parsers of the engines differ', () => {
  test.each([
    [
      'undici refuses a tab behind the digits of Content-Length',
      `${OK}Content-Length: 7\t\r\n\r\n{"a":1}`,
      [200, 502],
    ],
    ['undici refuses RTSP', 'RTSP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}', [200, 502]],
    [
      'undici has no bound for the extension of a chunk, which nobody keeps',
      `${OK}Transfer-Encoding: chunked\r\n\r\n7;a=${'x'.repeat(20_000)}\r\n{"a":1}\r\n0\r\n\r\n`,
      ['nothing', 200],
    ],
  ])('%s', async (_name, bytes, expected) => {
    const outcomes = [];
    for (const engine of ENGINES) outcomes.push(await outcome(bytes, engine, bytes.length));
    const seen = outcomes.map(({ answer }) =>
      typeof answer === 'string' ? answer : answer.status,
    );
    expect(seen).toEqual(expected);
  });
});
