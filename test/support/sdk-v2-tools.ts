import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { createUpstream } from '../../examples/demo/upstream.ts';

/** The arguments of every tool here. */
export const ARGUMENTS: {
  readonly message: z.ZodDefault<z.ZodString>;
  readonly bytes: z.ZodDefault<z.ZodNumber>;
} = { message: z.string().default(''), bytes: z.number().default(0) };

export interface Arguments {
  readonly message: string;
  readonly bytes: number;
}

/** By name; each gives one text. */
export type Tools = Readonly<Record<string, (args: Arguments) => string | Promise<string>>>;

function createServer(tools: Tools): McpServer {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  for (const [name, tool] of Object.entries(tools)) {
    server.registerTool(name, { inputSchema: z.object(ARGUMENTS) }, async (args) => ({
      content: [{ type: 'text', text: await tool(args) }],
    }));
  }
  return server;
}

/** Both eras: stateless requests are answered in JSON, sessions in events. */
export function bothEras(tools: Tools): RequestHandler {
  return createUpstream(() => createServer(tools)).app;
}

/** No sessions, and every answer in events. */
export function streamed(tools: Tools): RequestHandler {
  const handle = toNodeHandler(
    createMcpHandler(() => createServer(tools), { responseMode: 'sse' }),
  );
  return (req, res) => handle(req, res);
}
