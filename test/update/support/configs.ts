import type { ServerResponse } from 'node:http';
import { type RequestHandler, Router } from 'express';
import {
  allowTools,
  apiKey,
  denyTools,
  type GatewayConfig,
  ipFilter,
  upstreamAuth,
} from '../../../src/index.ts';
import { believing } from './updatable.ts';

/** Configurations that answer requests in different ways, by what they are about. Each call makes all objects anew. */
export function configsFor(one: string, two: string): Readonly<Record<string, GatewayConfig>> {
  const target = one;
  const publicUrl = 'https://mcp.example/mcp';
  const several: Pick<GatewayConfig, 'target' | 'publicUrl'> = { target: [one, two], publicUrl };
  const handler = (_req: unknown, res: ServerResponse) => {
    res.setHeader('X-Upstream', 'handler').end('{}');
  };
  const legacySse = { path: '/sse', messagePath: '/messages' };
  const use: RequestHandler = (_req, res, next) => {
    res.setHeader('X-Use', '1');
    next();
  };
  const auth = (req: Parameters<typeof believing>[0]) => believing(req);
  return {
    'a target alone': { target },
    'another target': { target: two },
    'a handler': { target: handler },
    'a router': { target: Router().use((_req, res) => void res.json({ router: true })) },
    'another path': { target, path: '/v2' },
    'the root': { target, path: '/' },
    'another name': { target, name: 'tickets' },
    'several targets': several,
    'several targets in another order': { ...several, target: [two, one] },
    'several targets with weights': { ...several, target: [one, two, two] },
    'a key for targets': { ...several, balance: () => 'key' },
    'a breaker': { target, breaker: { failures: 3 } },
    'another breaker': { target, breaker: { failures: 1, openFor: '1h' } },
    methods: { target, methods: ['POST'] },
    'no CORS': { target, cors: false },
    'CORS of an origin': { target, cors: { origin: 'https://app.example' } },
    'a public URL': { target, publicUrl },
    hosts: { target, hosts: ['mcp.example'] },
    'addresses that may not': { target, ipFilter: { deny: ['127.0.0.1'] } },
    'addresses that may': { target, ipFilter: { allow: ['127.0.0.0/8'] } },
    'a body limit': { target, bodyLimit: '60b' },
    'no body limit': { target, bodyLimit: false },
    'a limit': { target, rateLimit: { limit: 2, window: '1h' } },
    'a limit of a user': { target, auth, rateLimit: { limit: 3, window: '1h', by: 'user' } },
    'a limit of a tool': { target, rateLimit: { limit: 1, window: '1h', by: 'tool' } },
    'a bucket': { target, rateLimit: { burst: 1, refill: { amount: 1, every: '1h' } } },
    auth: { target, auth },
    'auth without sessions': { target, auth, sessions: false },
    'a key': { target, auth: apiKey({ keys: [{ sha256: 'a'.repeat(64), subject: 'ci' }] }) },
    'auth upstream': { target, auth: upstreamAuth(), publicUrl },
    'auth upstream of several': { ...several, auth: upstreamAuth() },
    streams: { target, streams: { total: 1 } },
    'tools that may': { target, policies: allowTools('a') },
    'tools that may not': { target, policies: denyTools('a'), denyAs: 'http' },
    'hidden tools': { target, policies: allowTools('b'), filterLists: true, denyAs: 'unknown' },
    timers: {
      target,
      timeout: { response: '9s', calls: [{ match: { name: 'a' }, response: '8s' }] },
    },
    'no timers': { target, timeout: false, heartbeat: false },
    headers: { target, headers: { set: { 'X-A': '1' }, response: { set: { 'X-B': '2' } } } },
    use: { target, use },
    'use that answers': { target, use: ipFilter({ deny: ['0.0.0.0/0'] }) },
    'the older transport': { target, legacySse },
    'the older transport of several': { ...several, legacySse },
    parameters: { target, query: { forward: ['a'] } },
    redirects: { target, redirects: 'same-origin' },
    'an observer': { target, observe: { onClose() {} } },
  };
}
