import { McpServer } from '@modelcontextprotocol/server';
import type { Express } from 'express';
import { z } from 'zod';
import { createUpstream } from '../demo/upstream.ts';

/** A third-party server, which can change the description of its tool at any time. */
export interface MailServer {
  readonly app: Express;
  /** The description of the tool `send_mail` for models. */
  description: string;
}

/** Creates the server. */
export function createMailServer(): MailServer {
  const server = { description: 'Sends a mail.' };
  const { app } = createUpstream(() => {
    const mcp = new McpServer({ name: 'mail', version: '1.0.0' });
    const { description } = server;
    const inputSchema = z.object({ to: z.string(), text: z.string() });
    mcp.registerTool('send_mail', { description, inputSchema }, async ({ to }) => ({
      content: [{ type: 'text', text: `Sent to ${to}.` }],
    }));
    mcp.registerTool('read_inbox', { description: 'Reads the inbox.' }, async () => ({
      content: [{ type: 'text', text: 'No mail.' }],
    }));
    return mcp;
  });
  return Object.assign(server, { app });
}
