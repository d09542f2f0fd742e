import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startRecordingServer } from '../support/recording-server.ts';
import { atTestEnd } from '../support/servers.ts';
import { start } from './support/start.ts';

/**
 * KrakenD's documentation shows an MCP gateway like this. There, the official server answers 406 or 415 to the official
 * client: a list of headers without Content-Type and Accept lets neither pass.
 */
const EXAMPLE = readFileSync(new URL('../../examples/krakend.json', import.meta.url), 'utf8');

test.each(['legacy', 'auto'] as const)(
  'the example of the documentation works with the official client and server: %s',
  async (mode) => {
    const server = await startRecordingServer();
    const own = await start(EXAMPLE.replace('http://localhost:3000', new URL(server.url).origin));
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
