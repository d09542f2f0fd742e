import { describe, expect, test } from '@jest/globals';
import { clientsOf } from './support/clients.ts';
import { type Call, everything, mcpProxy, sdkV2, startOnce } from './support/servers.ts';
import { watchedGateway } from './support/watched-gateway.ts';

/** Every call of it makes a resource of another name. */
function compress(client: string): Call {
  const name = `${client}.gz`;
  return { name: 'gzip-file-as-resource', arguments: { name, data: 'data:text/plain,x' } };
}

const SERVERS = [
  { ...sdkV2, change: () => ({ name: 'test_trigger_tool_change' }), list: 'tools' },
  { ...everything, change: compress, list: 'resources' },
  { ...mcpProxy, change: compress, list: 'resources' },
];

describe.each(SERVERS)('server: $name', (kind) => {
  const server = startOnce(kind);

  const clients = clientsOf(kind).map((client) => ({
    ...client,
    by: client.era === 'legacy' ? 'the GET stream' : 'subscriptions/listen',
  }));

  test.each(clients)('client: $name: hears of a change by $by', async ({ name, era, connect }) => {
    const gateway = await watchedGateway(server().url);
    const changed = Promise.withResolvers<string>();
    const client = await connect(gateway.url, changed.resolve);
    await client.listens();
    await gateway.sees(({ method, headers }) =>
      era === 'legacy' ? method === 'GET' : headers['mcp-method'] === 'subscriptions/listen',
    );

    await client.callTool(kind.change(name));
    expect(await changed.promise).toBe(kind.list);
    expect(gateway.errors).toEqual([]);
  });
});
