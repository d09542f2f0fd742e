import express from 'express';
import { createMcpGateway, denyTools } from '../../../src/index.ts';
import { serveAsChild } from '../child.ts';

const target = process.argv[2] as string;
const FAR_AWAY = 1_000_000_000;

// Every slot that decides, without what is somebody else's work: tokens and stores.
const app = express();
app.use(
  createMcpGateway({
    target,
    publicUrl: 'https://gateway.example/mcp',
    ipFilter: { deny: ['203.0.113.0/24'] },
    auth: () => ({ subject: 'ada' }),
    rateLimit: [
      { limit: FAR_AWAY, window: '1h' },
      { limit: FAR_AWAY, window: '1h', by: ['user', 'tool'] },
    ],
    streams: { perUser: 10 },
    policies: denyTools('delete_*'),
    headers: {
      set: { 'X-Api-Key': 'upstream-key', 'X-User': ({ principal }) => principal?.subject },
    },
    observe: { onClose() {} },
  }),
);
serveAsChild(app);
