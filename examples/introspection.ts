import express from 'express';
import { createMcpGateway, introspection, jwt } from 'express-mcp-gateway';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: [
      jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
      introspection({
        issuer: 'https://other-idp.example',
        clientId: process.env.IDP_CLIENT_ID,
        clientSecret: process.env.IDP_CLIENT_SECRET,
        audience: 'https://gateway.example/mcp',
        cache: '30s',
      }),
    ],
  }),
);

app.listen(3000);
