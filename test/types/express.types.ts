import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import {
  type AuthenticateFunction,
  accessLog,
  type GatewayConfig,
  type GatewayContext,
  injectHeaders,
  ipFilter,
  type PolicyContext,
  policy,
  requireAuth,
  throttle,
} from 'express-mcp-gateway';
import { typed } from './same.ts';

const target = 'https://server.example/mcp';

/** A gateway is a router of Express, so that its callbacks see what Express knows of a request. */
export const inGateway: GatewayConfig = {
  target: [target, 'https://other.example/mcp'],
  auth: [
    (req) => {
      typed<Request>()(req);
      return req.params.id === undefined ? null : { subject: String(req.params.id) };
    },
  ],
  balance: ({ req }) => req.hostname,
  ipFilter: { deny: ['10.0.0.0/8'], clientIp: (req) => req.ips[0] },
  rateLimit: { limit: ({ req }) => req.ips.length, window: '1m', by: ({ req }) => req.hostname },
  policies: [
    ({ req, mcp }) => req.secure || mcp.method === 'ping',
    { name: 'secure', on: 'request', check: ({ req }) => req.secure },
  ],
  headers: { set: { 'X-Path': ({ req }) => req.originalUrl } },
  observe: [accessLog(console), { onClose: (_record, { req }) => void req.originalUrl }],
  onError: (_error, { req }) => void req.originalUrl,
};

/** By themselves they work without Express. */
export function byThemselves(): void {
  requireAuth((req) => {
    typed<IncomingMessage>()(req);
    return null;
  });
  policy((ctx) => {
    typed<PolicyContext>()(ctx);
    typed<IncomingMessage>()(ctx.req);
    return true;
  });
  throttle({ limit: 1, window: '1m', by: ({ req }) => req.url ?? '' });
  injectHeaders({ set: { 'X-Url': ({ req }) => req.url } });
  ipFilter({ deny: ['10.0.0.0/8'], clientIp: (req) => req.socket.remoteAddress });
  // @ts-expect-error -- nobody has parsed a path
  policy(({ req }) => req.params.id === 'a');
}

/** What knows requests of Node alone serves in both. */
export function inBoth(authenticate: AuthenticateFunction): GatewayConfig {
  requireAuth(authenticate);
  return { target, auth: authenticate, policies: ({ req }: PolicyContext) => req.url === '/mcp' };
}

/** A callback that is written by itself names the request. */
export const named = ({ req }: GatewayContext<Request>): string => req.originalUrl;
