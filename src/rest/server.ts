import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallToolResult, ServerContext, Tool } from '@modelcontextprotocol/server';
import { type Calls, callTool, type ToolCall } from './call/call-tool.ts';
import { importPeer } from './import-peer.ts';
import type { Era } from './result/output.ts';
import type { BuiltTool } from './tool/built-tool.ts';

/** What the server tells clients about itself. */
export interface ServerIdentity {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  /** How to use it, for the model. */
  readonly instructions?: string;
}

/** A tool, and where its calls go. */
export interface ServedTool {
  readonly tool: BuiltTool;
  readonly calls: Calls;
}

/** A handler of requests, as Node and Express call it. */
type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** How long clients may keep the list, which can change when the process restarts. */
const LIST_TTL_MS = 5 * 60_000;

/**
 * How many bytes of a request are read. The gateway in front has a limit of its own, which may be higher than
 * the one of the SDK.
 */
const MOST_READ = 64 * 1024 * 1024;

/**
 * An MCP server of both eras, on the official SDK. For the older era it is stateless: a GET and a DELETE are
 * answered with 405. The SDK asks for a new server at each request, so that all work that takes time is done
 * before.
 */
export async function serveTools(
  served: readonly ServedTool[],
  { instructions, ...identity }: ServerIdentity,
): Promise<Handler> {
  const { createMcpHandler, ProtocolError, ProtocolErrorCode, Server } = await importPeer(
    '@modelcontextprotocol/server',
    () => import('@modelcontextprotocol/server'),
  );
  const { toNodeHandler } = await importPeer(
    '@modelcontextprotocol/node',
    () => import('@modelcontextprotocol/node'),
  );
  const byName = new Map(served.map((one) => [one.tool.name, one]));
  const tools = served.map(({ tool }) => tool);
  const lists = { legacy: listOf(tools, 'legacy'), modern: listOf(tools, 'modern') };
  const options = {
    capabilities: { tools: {} },
    ...(instructions !== undefined && { instructions }),
  };

  const handler = createMcpHandler(
    ({ era }) => {
      const server = new Server(identity, options);
      server.setRequestHandler('tools/list', () => lists[era]);
      server.setRequestHandler('tools/call', async ({ params }, ctx) => {
        const one = byName.get(params.name);
        if (one === undefined) {
          throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no such tool');
        }
        const args = params.arguments ?? {};
        const call = { args, era, ...fieldsOf(ctx), signal: ctx.mcpReq.signal };
        return (await callTool(one.tool, call, one.calls)) as CallToolResult;
      });
      return server;
    },
    { maxRequestBodySize: MOST_READ },
  );
  const handle = toNodeHandler(handler, { maxRequestBodySize: MOST_READ });
  // A body that a parser in front has read cannot be read again, so it is given to the handler.
  return (req, res) =>
    handle(req as Parameters<typeof handle>[0], res, (req as { body?: unknown }).body);
}

function listOf(tools: readonly BuiltTool[], era: Era) {
  return {
    tools: tools.map(({ shown }) => shown[era] as Tool),
    ttlMs: LIST_TTL_MS,
    cacheScope: 'private' as const,
  };
}

function fieldsOf({ http, mcpReq }: ServerContext): Pick<ToolCall, 'header' | 'traceField'> {
  const header = (name: string) => http?.req?.headers.get(name) ?? undefined;
  const traceField = (name: string) => {
    const written = mcpReq._meta?.[name];
    return header(name) ?? (typeof written === 'string' ? written : undefined);
  };
  return { header, traceField };
}
