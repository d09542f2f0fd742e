import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import type { GatewayError, HeaderValue, RequestRecord } from '../../src/index.ts';
import { startGateway } from './gateway.ts';
import { recordingUpstream } from './upstream.ts';

/** A client of the token endpoints. No part of it may appear in an answer, an error or a record. */
export const CLIENT = { clientId: 'gateway', clientSecret: 's3cret: 100% +/=~' };

/** A gateway that sends its upstream a token. */
export interface TokenGateway {
  readonly errors: GatewayError[];
  /** What the upstream got as `Authorization`, call by call. */
  readonly given: readonly (string | undefined)[];
  /** The callers of the calls that arrived, each with the `Authorization` that the upstream got. */
  readonly pairs: readonly (readonly [caller: string, given: string | undefined])[];
  /** Everything that clients, `onError` and observers got. */
  told(): string;
  /** A call with a token, or without one. */
  call(token?: string): Promise<Response>;
  callWith(headers: Record<string, string>): Promise<Response>;
  /** Waits until so many calls have reached the slot in which their header is made. */
  waiting(calls: number): Promise<void>;
}

/** The upstream accepts every token, unless `answer` does otherwise. */
export async function gatewayWith(
  value: HeaderValue,
  answer: (req: IncomingMessage, res: ServerResponse) => void = accept,
): Promise<TokenGateway> {
  const upstream = await recordingUpstream(answer);
  const records: RequestRecord[] = [];
  const answers: unknown[] = [];
  const arrivals = new EventEmitter();
  let arrived = 0;
  const { url, errors } = await startGateway({
    target: upstream.target,
    headers: { forward: ['X-Caller'], set: { Authorization: value } },
    use(_req, _res, next) {
      next();
      arrived++;
      arrivals.emit('call');
    },
    observe: { onClose: (record) => void records.push(record) },
  });
  async function callWith(headers: Record<string, string>): Promise<Response> {
    const told = await fetch(url, { method: 'POST', body: '{}', headers });
    answers.push([...told.headers], await told.clone().text());
    return told;
  }

  return {
    errors,
    get given() {
      return upstream.seen.map(({ headers }) => headers.authorization);
    },
    get pairs() {
      return upstream.seen.map(
        ({ headers }) => [String(headers['x-caller']), headers.authorization] as const,
      );
    },
    told: () => inspect([errors, records, answers], { depth: Number.POSITIVE_INFINITY }),
    call: (token) =>
      callWith(token === undefined ? {} : { Authorization: `Bearer ${token}`, 'X-Caller': token }),
    callWith,
    async waiting(calls) {
      while (arrived < calls) await once(arrivals, 'call');
    },
  };
}

export function accept(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('X-Echo', req.headers.authorization ?? '');
  res.end('{}');
}

/** Expects 503 because there is no token, without the reason for that. */
export async function expectUnavailable(answer: Response): Promise<void> {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(((await answer.json()) as { error: object }).error).toEqual({
    code: 503,
    message: expect.any(String),
    data: { reason: 'upstream_unavailable' },
  });
}
