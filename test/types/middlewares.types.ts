import { createServer } from 'node:http';
import connect from 'connect';
import express from 'express';
import type * as root from 'express-mcp-gateway';
import {
  type BodyLimitOptions,
  bodyLimit,
  type IpFilterOptions,
  ipFilter,
  type McpCorsOptions,
  type McpProxyOptions,
  type Middleware,
  mcpCors,
  mcpProxy,
} from 'express-mcp-gateway';
import type * as auth from 'express-mcp-gateway/auth';
import type * as body from 'express-mcp-gateway/body-limit';
import type * as cors from 'express-mcp-gateway/cors';
import type * as headers from 'express-mcp-gateway/headers';
import type * as addresses from 'express-mcp-gateway/ip-filter';
import type * as metadata from 'express-mcp-gateway/metadata';
import type * as policies from 'express-mcp-gateway/policy';
import type * as proxy from 'express-mcp-gateway/proxy';
import type * as limits from 'express-mcp-gateway/throttle';
import { same, typed } from './same.ts';

const target = 'https://server.example/mcp';

export function everywhere(middleware: Middleware): void {
  express().use(middleware).use('/mcp', middleware).post('/mcp', middleware);
  connect().use(middleware).use('/mcp', middleware);
  createServer((req, res) => middleware(req, res, () => res.end()));
}

export function relays(): void {
  const options: McpProxyOptions = { target, methods: ['POST'], cors: false, onError: false };
  typed<Middleware>()(mcpProxy(options));
  mcpProxy({ target, timeout: { idle: false }, heartbeat: '5s', onError: ({ reason }) => reason });
  // @ts-expect-error -- it reads no message
  mcpProxy({ target, timeout: { calls: [{ match: { name: 'a' }, response: '1s' }] } });
  mcpProxy({ target, tls: { servername: 'a' }, proxy: new URL(target), socketPath: '/run/a.sock' });
  // @ts-expect-error -- a key is text or bytes
  mcpProxy({ target, tls: { key: 1 } });
  // @ts-expect-error -- it has agents of its own
  mcpProxy({ target, agent: {} });
  // @ts-expect-error
  mcpProxy({});
  // @ts-expect-error -- false lets the upstream's through; what to send is for mcpCors
  mcpProxy({ target, cors: { origin: '*' } });
  // @ts-expect-error -- it serves what it is mounted on
  mcpProxy({ target, path: '/mcp' });
}

export function guards(): void {
  const origins: McpCorsOptions = { origin: 'https://app.example', methods: ['POST'] };
  typed<Middleware>()(mcpCors(origins));
  mcpCors();
  // @ts-expect-error -- exact origins
  mcpCors({ origin: /example/ });
  // @ts-expect-error
  mcpCors({ origin: true });
  // @ts-expect-error -- what preflights may ask for is in allowedHeaders
  mcpCors({}, ['X-Tenant']);

  const bounds: BodyLimitOptions = { body: '1mb', total: false };
  typed<Middleware>()(bodyLimit(bounds));
  bodyLimit('1mb');
  bodyLimit(1024);
  // @ts-expect-error -- one that is off is left out
  bodyLimit(false);
  // @ts-expect-error
  bodyLimit({ perUser: '1mb' });

  const networks: IpFilterOptions = {
    deny: ['10.6.6.6'],
    clientIp: (req) => req.socket.remoteAddress,
  };
  typed<Middleware>()(ipFilter(networks));
  // @ts-expect-error -- a list
  ipFilter({ allow: '10.0.0.0/8' });
}

/** An import path gives what the root gives. */
export function importPaths(): void {
  same<typeof proxy.mcpProxy, typeof root.mcpProxy>();
  same<proxy.McpProxyOptions, root.McpProxyOptions>();
  same<typeof cors.mcpCors, typeof root.mcpCors>();
  same<cors.McpCorsOptions, root.McpCorsOptions>();
  same<typeof body.bodyLimit, typeof root.bodyLimit>();
  same<body.BodyLimitOptions, root.BodyLimitOptions>();
  same<typeof addresses.ipFilter, typeof root.ipFilter>();
  same<addresses.IpFilterOptions, root.IpFilterOptions>();
  same<typeof limits.throttle, typeof root.throttle>();
  same<typeof policies.policy, typeof root.policy>();
  same<typeof policies.allowTools, typeof root.allowTools>();
  same<typeof policies.denyTools, typeof root.denyTools>();
  same<typeof policies.requireScopes, typeof root.requireScopes>();
  same<typeof headers.injectHeaders, typeof root.injectHeaders>();
  same<headers.HeaderRules, root.HeaderRules>();
  same<headers.HeaderValue, root.HeaderValue>();
  same<headers.ComputedHeader, root.ComputedHeader>();
  same<typeof metadata.protectedResourceMetadata, typeof root.protectedResourceMetadata>();
  same<metadata.ProtectedResourceMetadataOptions, root.ProtectedResourceMetadataOptions>();
  same<typeof auth.requireAuth, typeof root.requireAuth>();
  same<typeof auth.jwt, typeof root.jwt>();
  same<typeof auth.apiKey, typeof root.apiKey>();
  same<typeof auth.fromMiddleware, typeof root.fromMiddleware>();
  same<auth.RequireAuthOptions, root.RequireAuthOptions>();
  same<auth.JwtOptions, root.JwtOptions>();
  same<auth.ApiKey, root.ApiKey>();
  same<auth.ApiKeyOptions, root.ApiKeyOptions>();
  same<auth.AuthMiddleware, root.AuthMiddleware>();
  same<auth.FromMiddlewareOptions, root.FromMiddlewareOptions>();
}
