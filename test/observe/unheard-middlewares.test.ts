import { describe, expect, jest, test } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import {
  createMcpGateway,
  injectHeaders,
  ipFilter,
  mcpProxy,
  policy,
  requireAuth,
  throttle,
} from '../../src/index.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}';
const limit = { limit: 100, window: '1m' } as const;
const publicUrl = 'https://gateway.example/mcp';

function fail(): never {
  throw new RangeError('a s3cret');
}

async function reject(): Promise<never> {
  throw Object.assign(new Error('a s3cret'), { code: 'EPIPE' });
}

const brokenStore = { increment: reject, decrement: reject, resetKey: reject };

/** Middlewares that fail, and what is said of it. */
const FAILING: Readonly<Record<string, readonly [middleware: RequestHandler, text: RegExp]>> = {
  requireAuth: [
    requireAuth(fail, { publicUrl }),
    /"requireAuth": authenticator failed: RangeError/,
  ],
  policy: [policy(fail), /"policy": \S* ?failed: RangeError/],
  throttle: [throttle({ ...limit, by: fail }), /"throttle": by failed: RangeError/],
  'throttle with a store': [
    throttle({ ...limit, store: brokenStore }),
    /"throttle": 503 store_unavailable \(EPIPE\)/,
  ],
  injectHeaders: [injectHeaders({ set: { 'X-A': fail } }), /"injectHeaders": \S*set\.X-A failed/],
  ipFilter: [ipFilter({ allow: ['127.0.0.1'], clientIp: fail }), /"ipFilter": clientIp failed/],
};

function warnings(): () => string[] {
  const emit = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  atTestEnd(() => emit.mockRestore());
  return () => emit.mock.calls.map(([text]) => String(text));
}

async function post(port: number): Promise<number> {
  const headers = { 'Content-Type': 'application/json' };
  const init = { method: 'POST', headers, body: BODY };
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, init);
  await response.text();
  return response.status;
}

describe('a middleware that stands without a gateway does not fail in silence', () => {
  test.each(Object.entries(FAILING))('%s', async (_name, [middleware, text]) => {
    const told = warnings();
    const { target } = await recordingUpstream();
    const proxy = mcpProxy({ target, onError() {} });
    const { port } = await serve(express().use(middleware, proxy));
    const status = await post(port);
    expect(await post(port)).toBe(status);
    expect(told()).toEqual([expect.stringMatching(text)]);
    expect(told().join()).not.toContain('s3cret');
  });

  test('what is behind it says its failures itself', async () => {
    const told = warnings();
    const onError = jest.fn();
    const proxy = mcpProxy({ target: 'http://127.0.0.1:1/mcp', onError });
    const { port } = await serve(
      express().use(
        requireAuth(() => ({ subject: 'a' })),
        proxy,
      ),
    );
    expect(await post(port)).toBe(502);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(told()).toEqual([]);
  });

  test.each<[string, RequestHandler, string]>([
    ['requireAuth', requireAuth(fail, { publicUrl }) as RequestHandler, 'internal_error'],
    [
      'mcpProxy',
      mcpProxy({ target: 'http://127.0.0.1:1/mcp' }) as RequestHandler,
      'upstream_unreachable',
    ],
  ])(
    '%s in a gateway: its onError hears of it, and stats() count it',
    async (_name, use, reason) => {
      const told = warnings();
      const onError = jest.fn();
      const gateway = createMcpGateway({ target: 'http://127.0.0.1:1/mcp', use, onError });
      const { port } = await serve(express().use(gateway));
      await post(port);
      expect(onError.mock.calls).toEqual([
        [expect.objectContaining({ reason }), expect.anything()],
      ]);
      expect(gateway.stats().requests.byReason).toEqual({ [reason]: 1 });
      expect(told()).toEqual([]);
    },
  );
});
