import { describe, expect, test } from '@jest/globals';
import { McpServer } from '@modelcontextprotocol/server';
import { createUpstream } from '../../examples/demo/upstream.ts';
import type { Policy } from '../../src/index.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { connect } from '../support/mcp.ts';

const SECRET = 'file:///etc/secret';
const PLAIN = 'file:///docs/readme';

/** Spellings under which the official server gives the secret. */
const SPELLINGS = [
  'file:///docs/../etc/secret',
  'file:///docs/%2e%2e/etc/secret',
  'file:///docs/.%2E/etc/secret',
  'file:///docs\\..\\etc\\secret',
  'file:///docs/..\\etc/secret',
  'file:///docs/.\t./etc/secret',
];

/** The policy of docs/slots/policies.md. */
const onlyDocs: Policy = ({ mcp }) =>
  !/^resources\/(read|subscribe|unsubscribe)$/.test(mcp.method) ||
  mcp.name?.startsWith('file:///docs/') === true;

function server(listed: readonly string[] = []): McpServer {
  const mcp = new McpServer({ name: 'test', version: '1.0.0' });
  for (const uri of [SECRET, PLAIN, ...listed]) {
    mcp.registerResource(uri, uri, {}, () => ({ contents: [{ uri, text: `text of ${uri}` }] }));
  }
  return mcp;
}

describe('a policy on the URI of a resource, before the official server', () => {
  test.each(SPELLINGS)('is not led around by %j', async (uri) => {
    const { app } = createUpstream(() => server());
    const { target } = await startEndpoint(app);
    const direct = await connect(String(target), 'legacy');
    const { contents } = await direct.client.readResource({ uri });
    expect(contents).toMatchObject([{ text: `text of ${SECRET}` }]);

    const gateway = await startGateway({ target, policies: onlyDocs });
    const { client } = await connect(gateway.url, 'legacy');
    const told = expect.objectContaining({ message: expect.stringContaining('normal form') });
    await expect(client.readResource({ uri })).rejects.toEqual(told);
    await expect(client.subscribeResource({ uri })).rejects.toEqual(told);
    await expect(client.readResource({ uri: SECRET })).rejects.toThrow();
    const allowed = await client.readResource({ uri: PLAIN });
    expect(allowed.contents).toMatchObject([{ text: `text of ${PLAIN}` }]);
  });

  test('lists name what may be read', async () => {
    const { app } = createUpstream(() => server(['file:///docs/../etc/other']));
    const { target } = await startEndpoint(app);
    const gateway = await startGateway({ target, policies: onlyDocs, filterLists: true });
    const { client } = await connect(gateway.url, 'legacy');
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([PLAIN]);
  });
});
