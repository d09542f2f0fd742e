import { randomUUID } from 'node:crypto';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import express from 'express';
import { createWaitingServer } from './waiting-server.ts';

/** The transport of 2024-11-05 on the SDK v1, on paths of its own. */
const BASE = '/internal/api';
/** By the URLs for their messages: each has to come back as it was named. */
const sessions = new Map<string, SSEServerTransport>();

const app = express();

app.get(`${BASE}/events`, async (_req, res) => {
  const path = process.env.SESSION_IN_PATH ? `${BASE}/in/${randomUUID()}` : `${BASE}/in`;
  const transport = new SSEServerTransport(`${path}?tenant=7`, res);
  const url = `${path}?tenant=7&sessionId=${transport.sessionId}`;
  sessions.set(url, transport);
  res.on('close', () => {
    sessions.delete(url);
    process.stdout.write(`closed ${transport.sessionId}\n`);
  });
  await createWaitingServer().connect(transport);
});

app.post(/./, async (req, res) => {
  const session = sessions.get(req.originalUrl);
  if (session === undefined) res.status(404).end();
  else await session.handlePostMessage(req, res);
});

app.listen(Number(process.env.PORT), '127.0.0.1');
