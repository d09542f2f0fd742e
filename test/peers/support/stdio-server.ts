import { EventEmitter, once } from 'node:events';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

/** A stdio server on the SDK v1, with a tool that waits. */
const server = new McpServer({ name: 'stdio', version: '1.0.0' });
const gate = new EventEmitter();

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

await server.connect(new StdioServerTransport());
