import express from 'express';
import { createMcpGateway, jwt, requireScopes, tokenExchange } from 'express-mcp-gateway';
import { restTools } from 'express-mcp-gateway/rest';

const tools = await restTools({
  openapi: './orders.openapi.yaml',
  baseUrl: 'https://orders.example/v1',
  operations: ['listOrders', 'getOrder', 'POST /orders'],
  forward: ['Authorization'],
});

const app = express();

app.use(
  createMcpGateway({
    target: tools,
    publicUrl: 'https://gateway.example/mcp',
    auth: jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example/mcp' }),
    headers: {
      set: {
        Authorization: tokenExchange({
          tokenUrl: 'https://idp.example/token',
          clientId: 'gateway',
          clientSecret: process.env.CLIENT_SECRET ?? '',
          resource: 'https://orders.example/v1',
        }),
      },
    },
    policies: requireScopes({ createOrder: ['orders:write'] }),
  }),
);

app.listen(3000);
