import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';
import { restTools } from 'express-mcp-gateway/rest';

const tools = await restTools({
  baseUrl: process.env.API_URL ?? 'https://weather.example/v1',
  tools: [
    {
      name: 'forecast',
      description: 'The weather of the next days at a place.',
      inputSchema: {
        type: 'object',
        required: ['place'],
        properties: {
          place: { type: 'string', description: 'A city.' },
          days: { type: 'integer', minimum: 1, maximum: 7 },
        },
      },
      request: { path: '/places/{place}/forecast', query: ['days'] },
      result: { pick: ['days.date', 'days.summary'] },
    },
  ],
});

const app = express();

app.use(createMcpGateway({ target: tools }));

app.listen(process.env.PORT ?? 3000);
