import { randomUUID } from 'node:crypto';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import {
  StreamableHTTPServerTransport,
  type StreamableHTTPServerTransportOptions,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { ARGUMENTS, bothEras, streamed, type Tools } from '../../support/sdk-v2-tools.ts';
import { SessionEvents } from '../../support/session-events.ts';
import { TOOLS } from './language-tools.ts';

/** The same tools on both official SDKs, a path for each form in which their servers answer. */
const app = express();

const noStream = { endStream() {} };
const toolsV2: Tools = Object.fromEntries(
  Object.entries(TOOLS).map(([name, tool]) => [name, (args) => tool(args, noStream)]),
);
app.use('/both-eras', bothEras(toolsV2));
app.use('/streamed', streamed(toolsV2));

function createV1(): McpServer {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  for (const [name, tool] of Object.entries(TOOLS)) {
    server.registerTool(name, { inputSchema: ARGUMENTS }, async (args, { closeSSEStream }) => {
      const text = await tool(args, { endStream: () => closeSSEStream?.() });
      return { content: [{ type: 'text', text }] };
    });
  }
  return server;
}

function sessionsV1(options: () => StreamableHTTPServerTransportOptions): express.RequestHandler {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  async function open(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      ...options(),
    });
    await createV1().connect(transport);
    return transport;
  }
  return async (req, res) => {
    const id = req.get('mcp-session-id');
    const session = id === undefined ? await open() : sessions.get(id);
    if (session === undefined) res.status(404).end();
    else await session.handleRequest(req, res);
  };
}

const resumable = () => ({ eventStore: new SessionEvents(), retryInterval: 50 });
app.use('/sessions', sessionsV1(resumable));
const inJson = () => ({ enableJsonResponse: true });
app.use('/sessions-json', sessionsV1(inJson));

/** The transport of 2024-11-05. */
const streams = new Map<unknown, SSEServerTransport>();
app.get('/sse', async (_req, res) => {
  const transport = new SSEServerTransport('/messages', res);
  streams.set(transport.sessionId, transport);
  res.on('close', () => streams.delete(transport.sessionId));
  await createV1().connect(transport);
});
app.post('/messages', async (req, res) => {
  const session = streams.get(req.query.sessionId);
  if (session === undefined) res.status(404).end();
  else await session.handlePostMessage(req, res);
});

app.listen(Number(process.env.PORT), '127.0.0.1');
