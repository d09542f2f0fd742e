import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    timeout: {
      response: '1m',
      calls: [
        // The first entry that matches decides.
        { match: { name: 'export_preview' }, response: '10s' },
        { match: { name: ['export_*', 'render_report'] }, response: '15m' },
        // Prompts and lists are there at once, or not at all.
        { match: { method: ['prompts/*', '*/list'] }, response: '5s' },
      ],
    },
  }),
);

app.listen(3000);
