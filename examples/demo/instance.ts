import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/server';
import { createUpstream } from './upstream.ts';

/** One of several instances of an MCP server, with sessions in its memory. It can be killed. */
export class Instance {
  readonly name: string;
  /** How many calls of `work` it has begun. */
  begun = 0;
  #server: Server | undefined;
  #port = 0;

  constructor(name: string) {
    this.name = name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  /** Starts without any session, and after a kill on the same port. */
  async start(): Promise<void> {
    const { app } = createUpstream(() => this.#createServer());
    const server = app.listen(this.#port, '127.0.0.1');
    this.#server = server;
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends as a crash does: closes all connections, also those with a call under way. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  #createServer(): McpServer {
    const server = new McpServer({ name: 'instance', version: '1.0.0' });
    const answer = async () => ({ content: [{ type: 'text' as const, text: this.name }] });
    server.registerTool('where', { description: 'Names the instance' }, answer);
    server.registerTool('work', { description: 'Tells of its progress' }, async ({ mcpReq }) => {
      this.begun += 1;
      const progressToken = mcpReq._meta?.progressToken ?? 0;
      const params = { progressToken, progress: 1 };
      await mcpReq.notify({ method: 'notifications/progress', params });
      // Longer than the time until the instance is killed.
      await setTimeout(60_000, undefined, { ref: false });
      return answer();
    });
    return server;
  }
}
