import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { createMcpGateway } from 'express-mcp-gateway';

const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp' } = process.env;

@Injectable()
export class McpGateway implements BeforeApplicationShutdown {
  readonly router = createMcpGateway({ target: MCP_TARGET });

  /** Nest closes its server after this hook, so that calls under way still get their answers. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.router.close({ graceMs: 10_000 });
  }
}
