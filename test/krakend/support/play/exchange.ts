import { request } from 'node:http';
import type { Arrived } from './upstream.ts';

/** A request that is sent as it is, its `Host` included. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | undefined;
}

export interface Answer {
  /** Undefined: there was no answer, or it broke off. */
  readonly status: number | undefined;
  readonly error: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** How long after sending the first event came. */
  readonly firstEventMs: number | undefined;
}

/** A request, its answer, and what the upstreams got of it. */
export interface Exchange {
  readonly sent: Sent;
  readonly answer: Answer;
  readonly arrived: readonly Arrived[];
}

/** How long an answer may take. */
const PATIENCE_MS = 10_000;

/** @param untilEvent - The client leaves after the first event, as the stream does not end. */
export function exchange(
  port: number,
  { body, ...sent }: Sent,
  untilEvent: boolean,
): Promise<Answer> {
  const begin = performance.now();
  return new Promise((resolve) => {
    let firstEventMs: number | undefined;
    const fail = (error: Error): void =>
      resolve({ status: undefined, error: error.message, headers: {}, body: '', firstEventMs });
    const outgoing = request({ ...sent, port, host: '127.0.0.1', agent: false }, (res) => {
      const { statusCode: status, headers } = res;
      let body = '';
      const finish = (): void => resolve({ status, error: undefined, headers, body, firstEventMs });
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        body += chunk;
        if (/^data:.*\n\r?\n/m.test(body)) firstEventMs ??= performance.now() - begin;
        if (!untilEvent || firstEventMs === undefined) return;
        finish();
        outgoing.destroy();
      });
      res.on('end', finish);
      res.on('error', fail);
    });
    outgoing.on('error', fail);
    const impatient = setTimeout(() => {
      fail(new Error('it took too long'));
      outgoing.destroy();
    }, PATIENCE_MS);
    outgoing.on('close', () => clearTimeout(impatient));
    outgoing.end(body);
  });
}
