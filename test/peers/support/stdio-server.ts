import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createWaitingServer } from './waiting-server.ts';

await createWaitingServer().connect(new StdioServerTransport());
