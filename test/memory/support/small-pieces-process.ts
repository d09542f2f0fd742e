/**
 * A gateway in a process of its own, with a heap that pieces of one byte would soon fill. Told which
 * one by its first argument and where its upstream is by its second; tells its parent its port and,
 * when asked, how much has come over its connections and how much memory is in use.
 */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express from 'express';
import {
  allowTools,
  createMcpGateway,
  type GatewayConfig,
  mcpProxy,
  type PolicyContext,
  policy,
  requireAuth,
  throttle,
} from '../../../src/index.ts';

const [kind = '', target = ''] = process.argv.slice(2);
const legacySse = { path: '/sse', messagePath: '/messages' };
const byTool = { limit: 1000, window: '1m', by: 'tool' } as const;
const onlySmall = { name: 'small', check: ({ mcp }: PolicyContext) => mcp.arguments?.limit !== 0 };
const never = () => new Promise<never>(() => {});
const nobodyKnows = () => null;

function gateway(config: Omit<GatewayConfig, 'target'>): RequestListener {
  return express().use(createMcpGateway({ target, ...config }));
}

const KINDS: Readonly<Record<string, () => RequestListener>> = {
  policies: () => gateway({ policies: allowTools('*') }),
  'legacySse with policies': () => gateway({ policies: allowTools('*'), legacySse }),
  'rateLimit by tool': () => gateway({ rateLimit: byTool }),
  'a policy that sees arguments': () => gateway({ policies: onlySmall }),
  'policy()': () => express().use(policy(allowTools('*'))),
  'throttle()': () => express().use(throttle(byTool)),
  'observe alone': () => gateway({ observe: { onClose: nobodyKnows } }),
  'auth that takes its time': () => gateway({ auth: never }),
  'requireAuth() that takes its time': () => express().use(requireAuth(never)),
  nothing: () => gateway({}),
  'mcpProxy()': () => express().use(mcpProxy({ target })),
};

const sockets: Socket[] = [];
const server = createServer((KINDS[kind] as () => RequestListener)());
server.on('connection', (socket) => sockets.push(socket));

process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const received = sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  process.send?.({ received, memory: heapUsed + external });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
