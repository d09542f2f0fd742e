import { describe, expect, test } from '@jest/globals';
import type { ListToolsResult, VersionNegotiationMode } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';
import { createUpstream } from '../../examples/demo/upstream.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { connect } from '../support/mcp.ts';
import { SessionEvents } from '../support/session-events.ts';
import { notHidden } from './support/filtered.ts';

const NAMES = ['alpha', 'hidden-one', 'beta', 'hidden-two'];
const VISIBLE = ['alpha', 'beta'];

function server(): McpServer {
  const mcp = new McpServer({ name: 'test', version: '1.0.0' });
  for (const name of NAMES) {
    mcp.registerTool(name, { description: name }, async () => ({
      content: [{ type: 'text', text: name }],
    }));
    mcp.registerPrompt(name, {}, () => ({ messages: [] }));
    const uri = `file:///${name}`;
    mcp.registerResource(name, uri, {}, () => ({ contents: [{ uri, text: name }] }));
  }
  return mcp;
}

/** A gateway that filters in front of a server on the official SDK. */
async function gatewayFor(sessionOptions?: () => object) {
  const { app } = createUpstream(server, sessionOptions);
  const { target } = await startEndpoint(app);
  return startGateway({ target, policies: notHidden, filterLists: true });
}

const MODES: [string, VersionNegotiationMode, (() => object) | undefined][] = [
  ['legacy, events', 'legacy', undefined],
  ['legacy, JSON', 'legacy', () => ({ enableJsonResponse: true })],
  ['legacy, resumable', 'legacy', () => ({ eventStore: new SessionEvents() })],
  ['modern', { pin: '2026-07-28' }, undefined],
];

describe.each(MODES)('filterLists with the official client: %s', (_name, mode, sessionOptions) => {
  test('lists what may be asked for, and no more', async () => {
    const gateway = await gatewayFor(sessionOptions);
    const { client, errors } = await connect(gateway.url, mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(VISIBLE);
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(VISIBLE);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(VISIBLE.map((name) => `file:///${name}`));
    const { content } = await client.callTool({ name: 'alpha' });
    expect(content).toMatchObject([{ text: 'alpha' }]);
    expect(errors).toEqual([]);
    await expect(client.callTool({ name: 'hidden-one' })).rejects.toThrow();
    await expect(client.getPrompt({ name: 'hidden-one' })).rejects.toThrow();
    await expect(client.readResource({ uri: 'file:///hidden-one' })).rejects.toThrow();
  });
});

test('pages: each is filtered, an empty one as well, and the cursor leads on', async () => {
  const PAGES: Record<string, object> = {
    '': { tools: [{ name: 'alpha', inputSchema: { type: 'object' } }], nextCursor: 'p2' },
    p2: { tools: [{ name: 'hidden', inputSchema: { type: 'object' } }], nextCursor: 'p3' },
    p3: { tools: [{ name: 'beta', inputSchema: { type: 'object' } }] },
  };
  const mcp = () => {
    const paged = server();
    paged.server.setRequestHandler(
      'tools/list',
      (request) => PAGES[request.params?.cursor ?? ''] as { tools: [] },
    );
    return paged;
  };
  const { target } = await startEndpoint(createUpstream(mcp).app);
  const gateway = await startGateway({ target, policies: notHidden, filterLists: true });
  const { client } = await connect(gateway.url, 'legacy');
  const names: string[][] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: ListToolsResult = await client.request({
      method: 'tools/list',
      params: cursor === '' ? {} : { cursor },
    });
    names.push(page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
  }
  expect(names).toEqual([['alpha'], [], ['beta']]);
});
