import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  NodeStreamableHTTPServerTransport,
  type StreamableHTTPServerTransportOptions,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest, McpServer } from '@modelcontextprotocol/server';
import express, { type Express, type Request, type Response } from 'express';
import { z } from 'zod';

export interface Upstream {
  /** The endpoint, at every path. */
  readonly app: Express;
  /** Tells every listening client, of either era, that the list of tools has changed. */
  announceTools(): void;
  /** The same for the list of prompts. */
  announcePrompts(): void;
}

/**
 * An MCP server that speaks both eras of the protocol on one endpoint: stateless requests
 * (2026-07-28), and sessions with a GET stream and DELETE (2025-11-25 and before).
 */
export function createUpstream(
  createServer: () => McpServer = demoServer,
  sessionOptions: () => StreamableHTTPServerTransportOptions = () => ({}),
): Upstream {
  const modern = createMcpHandler(createServer, { legacy: 'reject' });
  const serveModern = toNodeHandler(modern);
  const sessions = new Map<string, Session>();

  async function openSession(): Promise<Session> {
    const server = createServer();
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
      ...sessionOptions(),
    });
    const session = { server, transport };
    await server.connect(transport);
    return session;
  }

  async function serveLegacy(req: Request, res: Response): Promise<void> {
    const id = req.get('mcp-session-id');
    const session = id === undefined ? await openSession() : sessions.get(id);
    if (session === undefined) res.status(404).json(NO_SUCH_SESSION);
    else await session.transport.handleRequest(req, res, req.body);
  }

  const app = express();
  app.use(express.json(), async (req, res) => {
    const isLegacy = await isLegacyRequest(await toWebRequest(req, req.body));
    await (isLegacy ? serveLegacy(req, res) : serveModern(req, res, req.body));
  });

  return {
    app,
    announceTools() {
      modern.notify.toolsChanged();
      for (const { server } of sessions.values()) server.sendToolListChanged();
    },
    announcePrompts() {
      modern.notify.promptsChanged();
      for (const { server } of sessions.values()) server.sendPromptListChanged();
    },
  };
}

interface Session {
  readonly server: McpServer;
  readonly transport: NodeStreamableHTTPServerTransport;
}

const NO_SUCH_SESSION = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32001, message: 'No such session' },
};

function demoServer(): McpServer {
  const server = new McpServer({ name: 'demo', version: '1.0.0' });
  server.registerTool(
    'add',
    { description: 'Adds two numbers', inputSchema: z.object({ a: z.number(), b: z.number() }) },
    ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }] }),
  );
  server.registerTool(
    'countdown',
    {
      description: 'Counts down, and tells of each step',
      inputSchema: z.object({ from: z.number().int().max(100) }),
    },
    async ({ from }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      for (let progress = 1; progress <= from; progress++) {
        if (progressToken !== undefined) {
          const params = { progressToken, progress, total: from };
          await mcpReq.notify({ method: 'notifications/progress', params });
        }
        await setTimeout(50);
      }
      return { content: [{ type: 'text', text: 'liftoff' }] };
    },
  );
  server.registerTool('wipe', { description: 'Deletes everything' }, () => ({
    content: [{ type: 'text', text: 'gone' }],
  }));
  return server;
}
