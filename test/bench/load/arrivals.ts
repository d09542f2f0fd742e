import { setTimeout as wait } from 'node:timers/promises';
import { answer } from './answer.ts';
import { Caller } from './caller.ts';
import { get, toolCall } from './requests.ts';
import type { Upstream } from './upstream.ts';

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n';
const BETWEEN_MS = 300;
const EVENTS = 4;
/** How long a head may take. What is longer is called never. */
const PATIENCE_MS = 3000;

/** Milliseconds after the request; undefined: not while anybody waited. */
export interface Arrivals {
  readonly head: number | undefined;
  /** The first of four events, which are sent 300 ms apart from the request on. */
  readonly first: number | undefined;
  /** How much later than it was sent the latest of them was there. */
  readonly late: number | undefined;
  /** The head of a stream that says nothing. */
  readonly silent: number | undefined;
}

/** When what an upstream sends bit by bit reaches the client. */
export async function arrivals(
  upstream: Upstream,
  { port }: { readonly port: number },
): Promise<Arrivals> {
  const sent: number[] = [];
  upstream.behaviour = ({ socket }) => {
    socket.write(HEAD);
    const next = () => {
      const data = `data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":${sent.length}}}\n\n`;
      sent.push(performance.now());
      socket.write(`${data.length.toString(16)}\r\n${data}\r\n`);
      if (sent.length < EVENTS) setTimeout(next, BETWEEN_MS);
      else socket.write('0\r\n\r\n');
    };
    next();
  };
  const caller = new Caller(port);
  const start = performance.now();
  const got: number[] = [];
  let head: number | undefined;
  await new Promise<void>((resolve, reject) => {
    const reader = (chunk: Buffer): boolean => {
      head ??= performance.now() - start;
      const text = chunk.toString('latin1');
      for (const _ of text.matchAll(/"progress":\d/g)) got.push(performance.now());
      return got.length === EVENTS && text.endsWith('0\r\n\r\n');
    };
    caller.send(toolCall(port, 'bench-session', {}), reader, resolve, reject);
    setTimeout(resolve, EVENTS * BETWEEN_MS + PATIENCE_MS);
  });
  caller.close();
  const late = Math.max(...sent.map((at, i) => (got[i] ?? Number.NaN) - at));
  return {
    head,
    first: got[0] === undefined ? undefined : got[0] - start,
    late: Number.isNaN(late) ? undefined : late,
    silent: await silentHead(upstream, port),
  };
}

async function silentHead(upstream: Upstream, port: number): Promise<number | undefined> {
  upstream.behaviour = (call) => {
    if (call.method === 'GET') call.socket.write(HEAD);
    else answer(call);
  };
  const caller = new Caller(port);
  const start = performance.now();
  let head: number | undefined;
  await Promise.race([
    wait(PATIENCE_MS),
    new Promise<void>((resolve, reject) => {
      const reader = () => {
        head = performance.now() - start;
        return true;
      };
      caller.send(get(port), reader, resolve, reject);
    }),
  ]);
  caller.close();
  return head;
}
