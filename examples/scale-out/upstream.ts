/** One of several instances of an MCP server. It keeps its sessions in memory, as most servers do. */
import { type CallToolResult, McpServer } from '@modelcontextprotocol/server';
import express from 'express';
import { z } from 'zod';
import { createUpstream } from '../demo/upstream.ts';
import { StreamEvents } from './stream-events.ts';

const { HOST = '127.0.0.1', NAME = 'upstream', PORT = 4001 } = process.env;

const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] });

/** Makes one server for each session, and for each request of the era without sessions. */
function createServer(): McpServer {
  const server = new McpServer({ name: 'scale-out', version: '1.0.0' });
  const notes: string[] = [];
  server.registerTool('where', { description: 'Names the instance' }, () => text(NAME));
  server.registerTool(
    'note',
    { description: 'Keeps a note in the session', inputSchema: z.object({ note: z.string() }) },
    ({ note }) => {
      notes.push(note);
      return text(notes.join(', '));
    },
  );
  server.registerTool(
    'count',
    {
      description: 'Counts, one step every tenth of a second, and tells of each',
      inputSchema: z.object({ to: z.number().int().max(100) }),
    },
    async ({ to }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= to; progress++) {
        if (progressToken !== undefined) {
          const params = { progressToken, progress, total: to };
          await mcpReq.notify({ method: 'notifications/progress', params });
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return text(`${to}, by ${NAME}`);
    },
  );
  server.registerTool('announce', { description: 'Sends an event to everybody here' }, () => {
    upstream.announceTools();
    return text('announced');
  });
  return server;
}

// Events have ids, and are kept: a client that lost a stream can ask for the events since then.
const upstream = createUpstream(createServer, () => ({ eventStore: new StreamEvents() }));

const app = express();
app.get('/healthz', (_req, res) => void res.send('ok'));
app.use(upstream.app);
app.listen(Number(PORT), HOST);
