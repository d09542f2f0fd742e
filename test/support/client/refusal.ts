import { expect } from '@jest/globals';
import type { GatewayError } from '../../../src/index.ts';
import { type Answer, valuesOf } from './answer.ts';

/** The `error` of an answer. */
export function errorOf({ body }: Answer): {
  code: number;
  message: string;
  data: { reason: string };
} {
  return JSON.parse(body).error;
}

/** The reason in the error of an answer, which is its row of the error table. */
export function reasonOf(answer: Answer): string {
  return errorOf(answer).data.reason;
}

/**
 * The outcome of a request: the status, or with 200 the code of the JSON-RPC error in the answer.
 * In other forms of the same refusal, that code is the status.
 */
export function outcomeOf(answer: Pick<Answer, 'status' | 'body'>): number {
  if (answer.status !== 200) return answer.status;
  return JSON.parse(answer.body || '{}').error?.code ?? 200;
}

const STATUSES = {
  upstream_unauthorized: 502,
  upstream_unreachable: 502,
  upstream_invalid: 502,
  upstream_timeout: 504,
} as const;

export type UpstreamFailure = keyof typeof STATUSES;

/** Texts that a client must not see: addresses, paths, Node's error codes, stacks. */
const LEAK = /127\.0\.0\.1|localhost|::1|up\/mcp|\bE[A-Z]{4,}\b|HPE_|ERR_|node:|\.[jt]s\b|\n\s+at /;

/** Expects the answer of this row of the error table, and one call of `onError` about it. */
export function expectFailure(
  answer: Answer,
  reason: UpstreamFailure,
  { errors }: { readonly errors: readonly Pick<GatewayError, 'reason' | 'status'>[] },
): void {
  const status = STATUSES[reason];
  expect(answer).toMatchObject({ status, complete: true });
  expect(valuesOf(answer, 'content-type')).toEqual(['application/json']);
  const text = answer.body;
  const { id, ...message } = JSON.parse(text);
  // The id of the request, if it has come; else null.
  expect([null, 1]).toContain(id);
  expect(message).toEqual({
    jsonrpc: '2.0',
    error: { code: status, message: expect.any(String), data: { reason } },
  });
  expect(`${answer.reason} ${answer.headers.join('\n')} ${text}`).not.toMatch(LEAK);
  expect(errors.map((error) => [error.reason, error.status])).toEqual([[reason, status]]);
}
