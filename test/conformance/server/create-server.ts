import { McpServer } from '@modelcontextprotocol/server';
import { addAskingTools } from './asking-tools.ts';
import { addContentTools } from './content-tools.ts';
import { addInputRequiredTools, requestState } from './input-required-tools.ts';
import { addNotifyingTools, type Changes } from './notifying-tools.ts';
import { addPrompts } from './prompts.ts';
import { addResources } from './resources.ts';
import { addSchemaTools } from './schema-tools.ts';

/** A server for one session, or for one stateless request, with all tools, prompts and resources. */
export function createServer(changes: Changes): McpServer {
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    {
      capabilities: { logging: {}, resources: { subscribe: true } },
      requestState: { verify: requestState.verify },
    },
  );
  addContentTools(server);
  addNotifyingTools(server, changes);
  addSchemaTools(server);
  addAskingTools(server);
  addInputRequiredTools(server);
  addResources(server);
  addPrompts(server);
  return server;
}
