import express from 'express';
import { apiKey, createMcpGateway, jwt, requireScopes } from 'express-mcp-gateway';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: [
      jwt({
        issuer: 'https://idp.example',
        audience: 'https://gateway.example/mcp',
        scopes: ['mcp'],
      }),
      apiKey({
        keys: [{ sha256: process.env.CI_KEY_SHA256 ?? '', subject: 'ci', scopes: ['mcp'] }],
      }),
    ],
    policies: requireScopes({ 'delete_*': ['mcp:delete'] }),
    headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
  }),
);

app.listen(3000);
