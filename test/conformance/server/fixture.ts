import { randomUUID } from 'node:crypto';
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest, type McpServer } from '@modelcontextprotocol/server';
import express, { type Express, type Request, type Response } from 'express';
import { createServer } from './create-server.ts';
import { SessionEvents } from './event-store.ts';

/** How long a client whose stream was closed waits before it comes back. */
const RETRY_MS = 100;

/**
 * An MCP endpoint with everything that the suite asks for, on the official SDK: stateless requests
 * (2026-07-28) and resumable sessions (2025-11-25) on one URL, for callers on this machine only.
 */
export function createFixture(): Express {
  const modern = createMcpHandler(() => createServer(changes), { legacy: 'reject' });
  const serveModern = toNodeHandler(modern);
  const sessions = new Map<string, Session>();
  const changes = {
    tools() {
      modern.notify.toolsChanged();
      for (const { server } of sessions.values()) server.sendToolListChanged();
    },
    prompts() {
      modern.notify.promptsChanged();
      for (const { server } of sessions.values()) server.sendPromptListChanged();
    },
  };

  async function openSession(): Promise<Session> {
    const server = createServer(changes);
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new SessionEvents(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const session = { server, transport };
    await server.connect(transport);
    return session;
  }

  async function serveLegacy(req: Request, res: Response): Promise<void> {
    const id = req.get('mcp-session-id');
    const session = id === undefined ? await openSession() : sessions.get(id);
    if (session) await session.transport.handleRequest(req, res, req.body);
    else res.status(404).json(NO_SUCH_SESSION);
  }

  const isLocalHost = localhostHostValidation();
  const isLocalOrigin = localhostOriginValidation();
  const app = express();
  app.use((req, res, next) => {
    if (isLocalHost(req, res) && isLocalOrigin(req, res)) next();
  });
  app.use(express.json(), async (req, res) => {
    const isLegacy = await isLegacyRequest(await toWebRequest(req, req.body));
    await (isLegacy ? serveLegacy(req, res) : serveModern(req, res, req.body));
  });
  return app;
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
