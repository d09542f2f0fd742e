import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

/** One tool with a parameter that clients mirror in a header, because the suite looks for such a tool. */
const TOOL = {
  name: 'lax',
  inputSchema: {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  },
};

/** The members of every result of the modern era. */
const COMPLETE = { resultType: 'complete' };
const CACHING = { ttlMs: 0, cacheScope: 'private' };

const RESULTS: Readonly<Record<string, object>> = {
  'server/discover': {
    ...CACHING,
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    serverInfo: { name: 'lax', version: '1.0.0' },
  },
  'tools/list': { ...CACHING, tools: [TOOL] },
  'tools/call': { content: [{ type: 'text', text: 'Done' }] },
};

/** A server that executes the body and checks no header. */
export const laxServer: RequestListener = (req, res) => {
  answer(req, res).catch(() => res.writeHead(400).end());
};

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { id, method } = (await json(req)) as { id?: unknown; method?: string };
  const result = { ...COMPLETE, ...RESULTS[method ?? ''] };
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}
