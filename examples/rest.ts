import express from 'express';
import { createMcpGateway, jwt, requireScopes } from 'express-mcp-gateway';
import { restTools } from 'express-mcp-gateway/rest';

// Stands for an API of your app. It believes X-User, because only the gateway can reach it.
const orders = [
  { id: '2', user: 'alice', item: 'chair', internalNote: 'margin 40 %' },
  { id: '1', user: 'bob', item: 'table', internalNote: 'margin 35 %' },
];
const api = express();
api.use(express.json());
api.get('/orders', (req, res) => {
  const own = orders.filter(({ user }) => user === req.get('X-User'));
  res.json({ items: own.slice(0, Number(req.query.limit ?? 20)) });
});
api.post('/orders', (req, res) => {
  if (req.body.item === 'boat') {
    res.status(409).json({ title: 'Out of stock', detail: 'There is no boat.' });
    return;
  }
  const user = req.get('X-User') ?? '';
  const order = { id: String(orders.length + 1), user, item: req.body.item, internalNote: '' };
  orders.unshift(order);
  res.status(201).json(order);
});

// Usually a file: openapi: './orders.openapi.yaml'.
const openapi = {
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1.0.0' },
  paths: {
    '/orders': {
      get: {
        operationId: 'listOrders',
        summary: 'List orders',
        parameters: [
          { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 50 } },
        ],
        responses: { 200: { description: 'Orders' } },
      },
      post: {
        operationId: 'createOrder',
        summary: 'Order an item',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['item'],
                properties: { item: { type: 'string', description: 'What to order.' } },
              },
            },
          },
        },
        responses: { 201: { description: 'The order' } },
      },
      delete: { operationId: 'dropOrders', responses: { 204: { description: 'Gone' } } },
    },
  },
};

const tools = await restTools({
  openapi,
  baseUrl: api,
  operations: ['listOrders', 'createOrder'],
  forward: ['X-User'],
  tools: {
    listOrders: {
      description: 'Your orders, newest first. Give `limit` where you need few.',
      result: { pick: ['items.id', 'items.item'], max: '64kb' },
    },
  },
});

const { ISSUER = 'https://idp.example', PORT = 3000 } = process.env;
const audience = 'https://gateway.example/mcp';

const app = express();

app.use(
  createMcpGateway({
    target: tools,
    publicUrl: audience,
    auth: jwt({ issuer: ISSUER, audience, jwksUri: `${ISSUER}/keys` }),
    headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
    policies: requireScopes({ createOrder: ['orders:write'] }),
  }),
);

app.listen(PORT);
