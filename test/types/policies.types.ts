import {
  allowTools,
  type Decision,
  type DenyAs,
  denyTools,
  type GatewayConfig,
  type GatewayContext,
  type Limit,
  type LimitContext,
  type LimitKey,
  type LimitMatch,
  type LimitTerms,
  type McpMessage,
  type MessageMatch,
  type Middleware,
  type Policy,
  type PolicyCheck,
  type PolicyContext,
  type PolicyRule,
  policy,
  type RequestPolicyCheck,
  type RequestPolicyContext,
  type RequestPolicyRule,
  requireScopes,
  type StreamOptions,
  type TokenBucket,
  throttle,
  type WindowLimit,
} from 'express-mcp-gateway';
import { RedisStore } from 'rate-limit-redis';
import { same, typed } from './same.ts';

const target = 'https://server.example/mcp';

/** What a function in the configuration gets is known without saying it. */
export const inferred: GatewayConfig = {
  target,
  policies: [
    ({ mcp, principal }) => {
      typed<string>()(mcp.method);
      typed<string | undefined>()(mcp.sessionId);
      typed<unknown>()(mcp.arguments?.branch);
      return principal !== undefined;
    },
    { name: 'own', check: async (ctx) => ({ allow: ctx.mcp.era === 'modern', scopes: ['mcp'] }) },
    allowTools('search'),
  ],
  rateLimit: {
    limit: 1,
    window: '1m',
    by: ({ mcp, ip }) => mcp?.name ?? ip,
    weight: ({ mcp }) => (mcp.name === 'all' ? 10 : 1),
  },
};

export function policies(ctx: PolicyContext): void {
  ctx satisfies GatewayContext;
  same<PolicyContext['mcp'], McpMessage & { readonly sessionId: string | undefined }>();
  same<Policy, PolicyCheck | PolicyRule>();
  same<PolicyCheck, (ctx: PolicyContext) => Decision | Promise<Decision>>();
  same<DenyAs, 'http' | 'jsonrpc' | 'unknown'>();

  same<RequestPolicyContext['mcp'], PolicyContext['mcp'] | undefined>();
  same<RequestPolicyCheck, (ctx: RequestPolicyContext) => Decision | Promise<Decision>>();
  const onRequest: RequestPolicyRule = {
    name: 'a',
    on: 'request',
    check: ({ mcp, req }) => mcp === undefined || req.method === 'POST',
  };
  onRequest satisfies Policy;
  // @ts-expect-error -- where there may be no message, it has to be asked for
  const asked: RequestPolicyRule = { name: 'a', on: 'request', check: ({ mcp }) => mcp.id === 1 };
  // @ts-expect-error
  const other: PolicyRule = { name: 'a', check: () => true, on: 'session' };
  const decisions: Decision[] = [true, false, { allow: false, reason: 'r', message: 'm' }];
  // @ts-expect-error -- a text decides nothing
  const text: Policy = () => 'yes';
  // @ts-expect-error -- a forgotten `return`
  const forgotten: Policy = () => {};
  // @ts-expect-error -- whether it is allowed has to be said
  const reasonOnly: Decision = { reason: 'because' };
  // @ts-expect-error -- by its name observers know it
  const nameless: Policy = { check: () => true };
  // @ts-expect-error
  const off: PolicyRule = { name: 'a', check: () => true, mode: 'off' };
  return void [decisions, text, forgotten, reasonOnly, nameless, off, asked, other];
}

export function factories(): void {
  typed<PolicyRule>()(allowTools('search', 'get_*'));
  typed<PolicyRule>()(denyTools('delete_*'));
  typed<PolicyRule>()(requireScopes({ 'delete_*': ['mcp:delete'] }));
  const shadow: Policy = { ...denyTools('a'), mode: 'shadow', timeout: false };
  typed<Middleware>()(policy(shadow, () => true));
  // @ts-expect-error -- each is an argument of its own
  allowTools(['search']);
  // @ts-expect-error -- a list of scopes
  requireScopes({ 'delete_*': 'mcp:delete' });
  // @ts-expect-error
  policy([shadow]);
}

export function limits(): void {
  same<LimitKey, 'ip' | 'user' | 'session' | 'tool' | ((ctx: LimitContext) => string)>();
  same<LimitContext['mcp'], PolicyContext['mcp'] | undefined>();
  same<Limit, WindowLimit | TokenBucket>();
  ({}) as Limit satisfies LimitTerms;
  same<LimitMatch['name'], MessageMatch['name']>();
  const match: LimitMatch = { method: ['tools/call'], name: 'delete_*' };
  const store = new RedisStore({ sendCommand: async () => 0 });
  const limit: Limit = { limit: 30, window: 60_000, by: ['user', 'tool'], match, store };
  typed<Middleware>()(throttle(limit));
  throttle([limit, { limit: 1, window: '1s', onStoreError: 'allow', name: 'one', weight: 3 }]);
  throttle({
    limit: ({ principal }) => (principal?.scopes?.includes('pro') ? 100 : 10),
    window: '1h',
  });
  throttle({
    burst: 20,
    refill: { amount: 5, every: '1s' },
    by: 'user',
    match: { httpMethod: 'GET' },
  });
  // @ts-expect-error -- a bucket or a window
  throttle({ limit: 1, window: '1m', burst: 5, refill: { amount: 1, every: '1s' } });
  // @ts-expect-error -- a bucket is in this process
  throttle({ burst: 5, refill: { amount: 1, every: '1s' }, store });
  // @ts-expect-error -- it is waited for by nobody
  throttle({ limit: async () => 5, window: '1m' });
  // @ts-expect-error -- in which time
  throttle({ limit: 1 });
  // @ts-expect-error
  throttle({ limit: 1, window: '1m', by: 'tenant' });
  // @ts-expect-error -- a key is a text
  throttle({ limit: 1, window: '1m', by: ({ principal }) => principal?.subject });
  // @ts-expect-error -- where there may be no message, it has to be asked for
  throttle({ limit: 1, window: '1m', by: ({ mcp }) => mcp.method });
  // @ts-expect-error
  throttle({ limit: 1, window: '1m', onStoreError: 'ignore' });
  // @ts-expect-error -- no store of express-rate-limit
  throttle({ limit: 1, window: '1m', store: new Map() });
}

export function streams(): void {
  same<
    StreamOptions,
    {
      readonly perUser?: number | false;
      readonly perIp?: number | false;
      readonly total?: number | false;
    }
  >();
  // @ts-expect-error
  const config: GatewayConfig = { target, streams: 4 };
  return void config;
}
