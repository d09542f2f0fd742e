import { EventEmitter, once } from 'node:events';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

/** Opened for all servers of this process at once. */
const gate = new EventEmitter();

/** A server on the SDK v1 with one of each, and a tool that waits. */
export function createWaitingServer(): McpServer {
  const server = new McpServer({ name: 'waiting', version: '1.0.0' });

  server.registerTool('wait', { description: 'Takes a step, then waits' }, async (extra) => {
    const { progressToken } = extra._meta ?? {};
    const step = async (progress: number) => {
      if (progressToken === undefined) return;
      const params = { progressToken, progress };
      await extra.sendNotification({ method: 'notifications/progress', params });
    };
    await step(1);
    try {
      await once(gate, 'open', { signal: extra.signal });
    } catch (cancelled) {
      process.stderr.write('cancelled\n');
      throw cancelled;
    }
    await step(2);
    return { content: [{ type: 'text', text: 'waited' }] };
  });

  server.registerTool('go', { description: 'Lets those go that wait' }, () => {
    gate.emit('open');
    return { content: [{ type: 'text', text: 'gone' }] };
  });

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
