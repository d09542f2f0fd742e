import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';
import { matchesSchema } from 'express-mcp-gateway/schema';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    policies: [
      matchesSchema({
        search: {
          type: 'object',
          properties: {
            query: { type: 'string', maxLength: 200 },
            limit: { type: 'integer', minimum: 1, maximum: 50 },
          },
          required: ['query'],
          additionalProperties: false,
        },
        'delete_*': { type: 'object', required: ['reason'] },
      }),
    ],
  }),
);

app.listen(3000);
