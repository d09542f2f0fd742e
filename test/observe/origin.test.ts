import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ERRORS, type ErrorReason } from '../../src/errors.ts';
import { type Ended, originOf } from '../../src/slots/observe/origin.ts';

const REASONS = Object.keys(ERRORS) as ErrorReason[];

const OK: Ended = {
  method: 'POST',
  reason: 'relayed',
  end: 'complete',
  status: 200,
  mayStayOpen: false,
  hasError: false,
};

describe('whose failure it was', () => {
  test('docs say so for each reason of the error table', () => {
    const page = readFileSync(new URL('../../docs/reference/record.md', import.meta.url), 'utf8');
    const row = page.split('\n').find((line) => line.startsWith('| `origin` |')) ?? '';
    const named = new Set([...row.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    for (const reason of REASONS) {
      const { status } = ERRORS[reason];
      const expected = reason.startsWith('upstream_')
        ? 'upstream'
        : named.has(reason)
          ? 'client'
          : 'gateway';
      expect([reason, originOf({ ...OK, reason, status })]).toEqual([reason, expected]);
    }
  });

  test.each<[string, Partial<Ended>, ReturnType<typeof originOf>]>([
    ['an answer', {}, undefined],
    ['a preflight that CORS answers', { reason: 'answered', status: 204 }, undefined],
    ['an error of the upstream', { status: 404 }, 'upstream'],
    ['a server without streams of its own', { method: 'GET', status: 405 }, undefined],
    ['a server that lets no client end sessions', { method: 'DELETE', status: 405 }, undefined],
    ['a server that takes no messages', { method: 'POST', status: 405 }, 'upstream'],
    [
      'a method that the gateway refuses',
      { method: 'GET', reason: 'method_not_allowed', status: 405 },
      'gateway',
    ],
    ['an answer that says that a call failed', { hasError: true }, 'upstream'],
    ['an error of a middleware of the app', { reason: 'answered', status: 418 }, 'gateway'],
    ['a client that left in its answer', { end: 'client_left' }, 'client'],
    [
      'a client that left before',
      { reason: undefined, end: 'client_left', status: undefined },
      'client',
    ],
    [
      'a client that left a stream which stays open',
      { end: 'client_left', mayStayOpen: true },
      undefined,
    ],
    [
      'one that left before such a stream began',
      { reason: undefined, end: 'client_left', status: undefined, mayStayOpen: true },
      'client',
    ],
    ['a client that read nothing more', { end: 'client_stalled' }, 'client'],
    ['credentials that expired', { end: 'token_expired', mayStayOpen: true }, undefined],
    ['a stream that the closing gateway ended', { end: 'draining', mayStayOpen: true }, undefined],
    ['an answer that broke off', { end: 'upstream_invalid' }, 'upstream'],
    ['an answer that took too long', { end: 'upstream_timeout' }, 'upstream'],
    [
      'a refusal that the client did not wait for',
      { reason: 'policy_denied', status: 403, end: 'client_left' },
      'gateway',
    ],
  ])('%s', (_what, ended, origin) => {
    expect(originOf({ ...OK, ...ended })).toBe(origin);
  });
});
