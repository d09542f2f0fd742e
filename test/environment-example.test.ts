import { expect, test } from '@jest/globals';
import { createUpstream } from '../examples/demo/upstream.ts';
import { startEndpoint } from './support/endpoint.ts';
import { connect } from './support/mcp.ts';
import { startExample } from './support/start-example.ts';

const FILE = 'environment.ts';

test('examples/environment.ts takes from the environment what may be called', async () => {
  const { target } = await startEndpoint(createUpstream().app);
  const variables = { MCP_TARGET: String(target), ALLOWED_TOOLS: 'add,countdown' };
  const { process, port } = await startExample(FILE, variables, { silent: true });
  process.stdout?.resume();

  const { client } = await connect(`http://127.0.0.1:${port}/mcp`, 'legacy');
  const sum = await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
  expect(sum.isError).not.toBe(true);
  await expect(client.callTool({ name: 'wipe' })).rejects.toThrow(/not allowed/);
});

test('examples/environment.ts does not start with a number that is none', async () => {
  const variables = { REQUESTS_PER_MINUTE: 'many' };
  await expect(startExample(FILE, variables, { silent: true })).rejects.toThrow(/ended with 1/);
});
