import { McpServer } from '@modelcontextprotocol/server';
import express, { type Express, type RequestHandler } from 'express';
import { createUpstream } from '../../examples/demo/upstream.ts';
import { serve } from './servers.ts';

/** A server that records its requests. */
export interface RecordingServer {
  readonly url: string;
  /** Every header line of every request, in order. */
  readonly headers: readonly string[];
  /** How many requests there were. */
  readonly requests: number;
  /** The names of the tools that ran, in order. */
  readonly ran: readonly string[];
}

const TOOLS = ['read_file', 'delete_file'];

/** Both eras on the official SDK, with two tools; `guardsFor` gives the middleware in front of them. */
export async function startRecordingServer(
  guardsFor: (url: URL) => readonly RequestHandler[] = () => [],
): Promise<RecordingServer> {
  const recorded = { headers: [] as string[], requests: 0, ran: [] as string[] };
  const upstream = createUpstream(() => {
    const server = new McpServer({ name: 'files', version: '1.0.0' });
    for (const name of TOOLS) {
      server.registerTool(name, { description: `Does ${name}` }, () => {
        recorded.ran.push(name);
        return { content: [{ type: 'text', text: name }] };
      });
    }
    return server;
  });
  const app = express().use(({ rawHeaders }, _res, next) => {
    recorded.requests += 1;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      recorded.headers.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
    }
    next();
  });
  const url = await listening(app);
  for (const guard of guardsFor(url)) app.use(guard);
  app.use('/mcp', upstream.app);
  return Object.assign(recorded, { url: url.href });
}

/** Makes an app listen before all its parts are mounted, so that these can know the URL. */
export async function listening(app: Express): Promise<URL> {
  const { port } = await serve(app);
  return new URL(`http://127.0.0.1:${port}/mcp`);
}
