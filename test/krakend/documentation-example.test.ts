import { expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startRecordingServer } from '../support/recording-server.ts';
import { atTestEnd } from '../support/servers.ts';
import { start } from './support/start.ts';

/**
 * After the example of KrakenD's page on its MCP gateway, which gives 415 to the official client there: a list of
 * headers without Content-Type and Accept lets neither pass.
 */
function example(host: string): object {
  return {
    $schema: 'https://www.krakend.io/schema/v2.13/krakend.json',
    version: 3,
    endpoints: ['POST', 'GET', 'DELETE'].map((method) => ({
      endpoint: '/mcp',
      method,
      output_encoding: 'no-op',
      input_headers: ['HeaderNeededByYourMCP'],
      timeout: '30s',
      backend: [{ host: [host], url_pattern: '/mcp' }],
    })),
  };
}

test.each(['legacy', 'auto'] as const)(
  'the example of the documentation works with the official client and server: %s',
  async (mode) => {
    const server = await startRecordingServer();
    const own = await start(example(new URL(server.url).origin));
    const client = new Client(
      { name: 'agent', version: '1.0.0' },
      { versionNegotiation: { mode } },
    );
    atTestEnd(() => client.close());
    const url = new URL(`http://127.0.0.1:${own.port}/mcp`);
    const headers = { HeaderNeededByYourMCP: 'needed', 'X-Other': 'other' };
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['read_file', 'delete_file']);
    const { content } = await client.callTool({ name: 'read_file', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: 'read_file' }]);
    expect(server.ran).toEqual(['read_file']);
    const sent = server.headers.map((line) => line.toLowerCase());
    expect(sent).toContain('headerneededbyyourmcp: needed');
    expect(sent).not.toContain('x-other: other');
  },
);
