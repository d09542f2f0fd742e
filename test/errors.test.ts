import { describe, expect, test } from '@jest/globals';
import { ERRORS } from '../src/errors.ts';
import { startGateway } from './support/gateway.ts';
import { answering, rawUpstream } from './support/upstream.ts';

/** What JSON-RPC 2.0 and MCP define; anything else of theirs is reserved. */
const DEFINED = [-32700, -32600, -32601, -32602, -32603, -32020, -32021, -32022];

describe('the codes of the error table', () => {
  test.each(Object.entries(ERRORS))('%s', (_, { status, code }) => {
    if (code < 0) expect(DEFINED).toContain(code);
    else expect(code).toBe(status);
  });
});

describe('nothing that is policy is answered as an old server would', () => {
  test.each(['origin_not_allowed', 'host_not_allowed', 'payload_too_large', 'draining'] as const)(
    '%s',
    (reason) => expect([400, 404, 405]).not.toContain(ERRORS[reason].status),
  );
});

describe('an upstream that fails is answered for, in JSON, with nothing of it', () => {
  test.each([
    ['cannot be reached', 'http://127.0.0.1:1/secret', 502],
    ['has no address', 'http://nowhere.invalid/secret', 502],
    ['speaks no HTTP', undefined, 502],
  ])('one that %s', async (_, target, status) => {
    const upstream = await rawUpstream(answering('220 mail.example ESMTP\r\n'));
    const gateway = await startGateway({ target: target ?? upstream.target });
    const response = await fetch(gateway.url, { method: 'POST', body: '{}' });
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(text)).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: {
        code: status,
        message: expect.any(String),
        data: { reason: expect.stringMatching(/^upstream_/) },
      },
    });
    expect(text).not.toMatch(/127\.0\.0\.1|secret|nowhere|ECONN|ENOTFOUND|HPE_|mail| at /);
  });
});
