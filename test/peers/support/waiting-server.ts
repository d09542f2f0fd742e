import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { GO, go, WAIT, wait } from './waiting-tools.ts';

/** A server on the SDK v1 with one of each, and a tool that waits. */
export function createWaitingServer(): McpServer {
  const server = new McpServer({ name: 'waiting', version: '1.0.0' });

  server.registerTool('wait', WAIT, ({ _meta, signal, sendNotification }) =>
    wait({ progressToken: _meta?.progressToken, signal, notify: sendNotification }),
  );

  server.registerTool('go', GO, go);

  const inputSchema = { message: z.string() };
  server.registerTool('echo', { inputSchema }, ({ message }) => ({
    content: [{ type: 'text', text: `Echo: ${message}` }],
  }));

  server.registerPrompt('simple-prompt', {}, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'Do it.' } }],
  }));

  server.registerResource('a', 'test://a', {}, () => ({
    contents: [{ uri: 'test://a', text: 'A resource.' }],
  }));
  return server;
}
