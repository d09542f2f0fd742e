import express from 'express';
import { clientCredentials, createMcpGateway, jwt, tokenExchange } from 'express-mcp-gateway';

const tokenServer = {
  tokenUrl: 'https://idp.example/token',
  clientId: 'gateway',
  clientSecret: process.env.CLIENT_SECRET ?? '',
};
const auth = jwt({ issuer: 'https://idp.example', audience: 'https://gateway.example' });

const app = express();

// One token for all callers.
app.use(
  createMcpGateway({
    path: '/search',
    publicUrl: 'https://gateway.example/search',
    target: 'https://search.example/mcp',
    auth,
    headers: {
      set: {
        Authorization: clientCredentials({
          ...tokenServer,
          resource: 'https://search.example/mcp',
        }),
      },
    },
  }),
);

// For each caller a token of its own.
app.use(
  createMcpGateway({
    path: '/tickets',
    publicUrl: 'https://gateway.example/tickets',
    target: 'https://tickets.example/mcp',
    auth,
    headers: {
      set: {
        Authorization: tokenExchange({ ...tokenServer, resource: 'https://tickets.example/mcp' }),
      },
    },
  }),
);

app.listen(3000);
