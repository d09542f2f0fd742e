import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

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

app.use(
  createMcpGateway({
    path: '/mcp',
    target: 'https://third-party-mcp-server.example/mcp',
    timeout: { response: '2m' },
    headers: {
      forward: ['Accept-Language'],
      set: {
        'X-Api-Key': process.env.UPSTREAM_KEY,
        'X-User': ({ req }) => String(req.headers['x-session-user'] ?? 'nobody'),
      },
    },
    onError: (error) => console.error(error.reason, error.cause),
  }),
);

app.listen(3000);
