import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { apiKey, type GatewayConfig } from '../../src/index.ts';
import { call, startRig } from './support/both.ts';

const KEY = 'key-of-alice-4711';
const SECRETS = {
  key: KEY,
  bearer: 'bearer-of-alice-4712',
  cookie: 'cookie-of-alice-4713',
  injected: 'injected-by-gateway-4714',
  named: 'named-secret-by-option-4715',
  computed: 'computed-by-function-4716',
  argument: 'argument-of-call-4717',
  query: 'in-the-query-4718',
};

const sha256 = createHash('sha256').update(KEY).digest('hex');
const CONFIG: Partial<GatewayConfig> = {
  auth: apiKey({ keys: [{ sha256, subject: 'alice' }] }),
  rateLimit: { limit: 10, window: '1m', by: 'user' },
  headers: {
    set: {
      Authorization: `Bearer ${SECRETS.injected}`,
      'X-Tenant': SECRETS.named,
      'X-Computed': () => SECRETS.computed,
    },
    secret: ['X-Tenant'],
  },
};

const REQUEST = {
  url: `/mcp?code=${SECRETS.query}`,
  headers: {
    Host: 'gateway.example',
    'Content-Type': 'application/json',
    'X-API-Key': KEY,
    Authorization: `Bearer ${SECRETS.bearer}`,
    Cookie: `sid=${SECRETS.cookie}`,
  },
  body: call('read', { args: JSON.stringify({ password: SECRETS.argument }) }),
};

describe('an explanation holds no secret', () => {
  test.each<[string, Partial<GatewayConfig>, object, string]>([
    ['of a request that is relayed', {}, {}, 'relayed'],
    ['of a call that a policy denies', { policies: () => false }, {}, 'policy_denied'],
    [
      'of a call with a policy that throws what it was given',
      {
        policies: ({ mcp, headers }) => {
          throw new Error(JSON.stringify([mcp, headers]));
        },
      },
      {},
      'policy_denied',
    ],
    [
      'of a request with a wrong key',
      {},
      { headers: { ...REQUEST.headers, 'X-API-Key': `${KEY}x` } },
      'unauthorized',
    ],
    [
      'of a request that is no JSON',
      { policies: () => true },
      { body: SECRETS.argument },
      'parse_error',
    ],
  ])('%s', async (_name, config, request, reason) => {
    const { gateway } = await startRig({ ...CONFIG, ...config });
    const explained = await gateway.explain({ ...REQUEST, ...request });
    expect(explained.reason).toBe(reason);
    const text = JSON.stringify(explained);
    expect(Object.values(SECRETS).filter((secret) => text.includes(secret))).toEqual([]);
  });
});
