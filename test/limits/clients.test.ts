import { describe, expect, test } from '@jest/globals';
import { McpServer } from '@modelcontextprotocol/server';
import { createUpstream } from '../../examples/demo/upstream.ts';
import type { GatewayConfig } from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { connect } from '../support/mcp.ts';
import { serve } from '../support/servers.ts';

/** A server that asks its user before it answers, behind a gateway with limits. */
async function startAsking(config: Partial<GatewayConfig>): Promise<string> {
  const upstream = createUpstream(() => {
    const server = new McpServer({ name: 'test', version: '1.0.0' });
    server.registerTool('ask', {}, async () => {
      const { action } = await server.server.elicitInput({
        message: 'Go on?',
        requestedSchema: { type: 'object', properties: {} },
      });
      return { content: [{ type: 'text', text: action }] };
    });
    return server;
  });
  const { port } = await serve(upstream.app);
  const { url } = await startGateway({ target: `http://127.0.0.1:${port}/mcp`, ...config });
  return url;
}

describe('official clients under limits', () => {
  test('an elicitation is completed although the requests are used up', async () => {
    const rateLimit = { limit: 2, window: '1h', by: 'session' } as const;
    const { client } = await connect(
      await startAsking({ rateLimit }),
      'legacy',
      {},
      { capabilities: { elicitation: {} } },
    );
    client.setRequestHandler('elicitation/create', async () => {
      // Whatever is asked now is over the limit.
      await client.ping().catch(() => {});
      await expect(client.ping()).rejects.toThrow(/too many requests/i);
      return { action: 'accept', content: {} };
    });
    const { content } = await client.callTool({ name: 'ask' });
    expect(content).toEqual([{ type: 'text', text: 'accept' }]);
  });

  test('one that is limited while it asks for the era does not take the server for an old one', async () => {
    const rateLimit = { limit: 1, window: '1h' } as const;
    const url = await startAsking({ rateLimit });
    await fetch(url);
    await expect(connect(url, 'auto')).rejects.toMatchObject({ code: 'ERA_NEGOTIATION_FAILED' });
  });

  test("with denyAs 'jsonrpc' a model is told to wait, in the answer to its call", async () => {
    const rateLimit = { limit: 1, window: '1h', by: ['session', 'tool'] } as const;
    const url = await startAsking({ rateLimit, denyAs: 'jsonrpc' });
    const { client } = await connect(url, { pin: '2026-07-28' });
    const call = () => client.callTool({ name: 'none' });
    await expect(call()).rejects.not.toThrow(/wait/);
    await expect(call()).rejects.toThrow(/wait \d+ seconds/);
  });
});
