import express from 'express';
import { createMcpGateway, createServer } from 'express-mcp-gateway';

const app = express();

// One proxy in front, which appends the client's address to X-Forwarded-For.
app.set('trust proxy', 1);

app.use(
  createMcpGateway({
    path: '/mcp',
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    hosts: ['gateway.example'],
    cors: { origin: ['https://app.example'] },
    bodyLimit: '1mb',
    timeout: { connect: '3s', response: '1m' },
    headers: {
      forward: ['X-Tenant'],
      set: {
        'X-Api-Key': process.env.UPSTREAM_KEY,
        'X-Client-Ip': ({ ip }) => ip,
      },
      response: { remove: ['Server'] },
    },
    onError: (error, { ip }) => console.error(error.reason, error.status, ip, error.cause),
  }),
);

createServer(app).listen(3000);
