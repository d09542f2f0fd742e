import type { IncomingMessage } from 'node:http';
import express from 'express';
import { createMcpGateway, type Principal } from 'express-mcp-gateway';

// Before:
//
// app.use(
//   '/mcp',
//   createProxyMiddleware({
//     target: 'https://third-party-mcp-server.example/mcp',
//     changeOrigin: true,
//     headers: { 'X-Api-Key': process.env.UPSTREAM_KEY },
//     proxyTimeout: 120_000,
//     on: {
//       proxyReq: (proxyReq, req) => proxyReq.setHeader('X-User', req.user.id),
//       error: (error) => console.error(error),
//     },
//   }),
// );

const app = express();

/** The user who is logged in. A middleware of the app in front has set `req.user`. */
function callerOf(req: IncomingMessage & { user?: { id?: string } | undefined }): Principal | null {
  return req.user?.id === undefined ? null : { subject: req.user.id };
}

app.use(
  createMcpGateway({
    path: '/mcp',
    target: 'https://third-party-mcp-server.example/mcp',
    auth: callerOf,
    timeout: { response: '2m' },
    headers: {
      forward: ['Accept-Language'],
      set: {
        'X-Api-Key': process.env.UPSTREAM_KEY,
        'X-User': ({ principal }) => principal?.subject,
      },
    },
    onError: (error) => console.error(error.reason, error.cause),
  }),
);

app.listen(3000);
