import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { freePort } from '../support/free-ports.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import { atTestEnd } from '../support/servers.ts';
import { startExample } from '../support/start-example.ts';

const DOCUMENT = readFileSync(new URL('../../examples/krakend.json', import.meta.url), 'utf8');

/** Runs an example beside the document of the examples; gives a client of it and the tools that ran. */
async function run(file: string) {
  const server = await startRecordingServer();
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'krakend-example-'));
  atTestEnd(() => rmSync(folder, { recursive: true }));
  const document = DOCUMENT.replace('http://localhost:3000', new URL(server.url).origin);
  writeFileSync(join(folder, 'krakend.json'), document.replace('8080', String(port)));
  const example = await startExample(file, {}, { cwd: folder, silent: true });
  const client = new Client({ name: 'agent', version: '1.0.0' });
  atTestEnd(() => client.close());
  const url = new URL(`http://127.0.0.1:${example.port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url));
  return { client, server, port, example };
}

test('the example serves the document where it says', async () => {
  const { client, server, port, example } = await run('krakend.ts');
  expect(example.port).toBe(port);
  await client.callTool({ name: 'delete_file', arguments: {} });
  expect(server.ran).toEqual(['delete_file']);
});

test('the example with more rules serves it, and refuses what they say', async () => {
  const { client, server } = await run('krakend-extended.ts');
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['read_file']);
  await client.callTool({ name: 'read_file', arguments: {} });
  await expect(client.callTool({ name: 'delete_file', arguments: {} })).rejects.toThrow();
  expect(server.ran).toEqual(['read_file']);
});
