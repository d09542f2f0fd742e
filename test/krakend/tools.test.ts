import { describe, expect, test } from '@jest/globals';
import { fromKrakend, KrakendConfigError, toGatewayConfigs } from '../../src/exports/krakend.ts';
import { connect } from '../support/mcp.ts';
import { serve } from '../support/servers.ts';
import { pathOf, type Step, withValue } from './support/base.ts';
import { tokenIssuer } from './support/running.ts';
import { start } from './support/start.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A REST API that says what it was asked. */
async function startApi(): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const { port } = await serve((req, res) => {
    const { method, url, headers } = req;
    seen.push({ method, url, headers });
    const isMissing = url?.includes('missing') === true;
    res.writeHead(isMissing ? 404 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(isMissing ? { title: 'No such order' } : { url }));
  });
  return { url: `http://127.0.0.1:${port}`, seen };
}

/** Two tools of two APIs, as Enterprise documents write them. */
const documentFor = (orders: string, users: string, extra: object = {}) => ({
  version: 3,
  host: [orders],
  extra_config: {
    'ai/mcp': {
      servers: [
        {
          name: 'shop',
          title: 'The shop',
          version: '1.2.0',
          instructions: 'Ask for orders first.',
          stateless: true,
          json_response: true,
          tools: [
            {
              name: 'get_order',
              title: 'One order',
              description: 'Gives an order by its id.',
              type: 'text',
              return_error_msg: true,
              annotations: { read_only_hint: true, open_world_hint: false },
              input_headers: ['X-Tenant'],
              input_schema: {
                type: 'object',
                required: ['id'],
                properties: { id: { type: 'string' }, limit: { type: 'integer', maximum: 9 } },
              },
              workflow: {
                endpoint: '/order/{id}/{limit}',
                timeout: '5s',
                backend: [{ url_pattern: '/v1/orders/{id}?kind=full&limit={limit}' }],
              },
            },
            {
              name: 'drop_user',
              title: 'Drop a user',
              description: 'Deletes a user.',
              return_error_msg: true,
              workflow: {
                endpoint: '/user/{name}',
                backend: [{ host: [users], method: 'DELETE', url_pattern: '/users/{name}' }],
              },
            },
          ],
        },
      ],
    },
  },
  endpoints: [
    {
      endpoint: '/mcp',
      method: 'POST',
      input_headers: ['X-Tenant'],
      backend: [{ url_pattern: '/__ignored', host: ['http://127.0.0.1:1'] }],
      extra_config: { 'ai/mcp': { server_name: 'shop' }, ...extra },
    },
  ],
});

const DOCUMENT = documentFor('http://127.0.0.1:9999', 'http://127.0.0.1:9998');
const TOOL = ['extra_config', 'ai/mcp', 'servers', 0, 'tools', 0] as const;
const BACKEND = [...TOOL, 'workflow', 'backend', 0] as const;

describe('ai/mcp with one REST backend for each tool', () => {
  test.each([['legacy'], ['2026-07-28']])(
    'serves the tools to the official client: %s',
    async (era) => {
      const [orders, users] = [await startApi(), await startApi()];
      const { port } = await start(documentFor(orders.url, users.url));
      const mode = era === 'legacy' ? 'legacy' : { pin: era };
      const headers = { 'X-Tenant': 'a', 'X-Other': 'b', Authorization: 'Bearer c' };
      const { client } = await connect(`http://127.0.0.1:${port}/mcp`, mode, {
        requestInit: { headers },
      });
      expect(client.getServerVersion()).toMatchObject({
        name: 'shop',
        title: 'The shop',
        version: '1.2.0',
      });
      expect(client.getInstructions()).toBe('Ask for orders first.');
      const { tools } = await client.listTools();
      expect(tools).toMatchObject([
        {
          name: 'get_order',
          title: 'One order',
          annotations: { readOnlyHint: true, openWorldHint: false, destructiveHint: false },
        },
        {
          name: 'drop_user',
          annotations: { readOnlyHint: false, destructiveHint: true },
          inputSchema: { required: ['name'] },
        },
      ]);

      const order = await client.callTool({
        name: 'get_order',
        arguments: { id: 'a/b', limit: 3 },
      });
      expect(order.structuredContent).toEqual({ url: '/v1/orders/a%2Fb?kind=full&limit=3' });
      await client.callTool({ name: 'drop_user', arguments: { name: 'ada' } });
      expect(users.seen).toMatchObject([{ method: 'DELETE', url: '/users/ada' }]);
      expect(orders.seen).toHaveLength(1);
      expect(orders.seen[0]?.headers).toMatchObject({ 'x-tenant': 'a' });
      for (const { headers: sent } of [...orders.seen, ...users.seen]) {
        expect(sent).not.toHaveProperty('x-other');
        expect(sent).not.toHaveProperty('authorization');
      }
      // A tool that names no header gets none.
      expect(users.seen[0]?.headers).not.toHaveProperty('x-tenant');

      for (const args of [{ id: '..' }, { id: 'a', limit: 10 }, { id: 'a', more: 1 }, {}]) {
        const refused = await client.callTool({ name: 'get_order', arguments: args });
        expect([args, refused.isError]).toEqual([args, true]);
      }
      expect(orders.seen).toHaveLength(1);
      const missing = await client.callTool({ name: 'get_order', arguments: { id: 'missing' } });
      expect(missing).toMatchObject({
        isError: true,
        content: [{ type: 'text', text: 'HTTP 404: No such order' }],
      });
    },
  );

  test('what protects the endpoint stands in front of the tools', async () => {
    const api = await startApi();
    const { validator, bearer } = await tokenIssuer();
    const { port, ask } = await start(
      documentFor(api.url, api.url, { 'auth/validator': validator }),
    );
    expect((await ask({})).status).toBe(401);
    const Authorization = await bearer();
    const { client } = await connect(
      `http://127.0.0.1:${port}/mcp`,
      { pin: '2026-07-28' },
      {
        requestInit: { headers: { Authorization } },
      },
    );
    await client.callTool({ name: 'get_order', arguments: { id: 'a' } });
    expect(api.seen).toHaveLength(1);
    expect(api.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  test('is an option target of a gateway as well', () => {
    const [{ config } = { config: { target: '' } }] = toGatewayConfigs(DOCUMENT);
    expect(config.target).toEqual(expect.any(Function));
  });

  const refusals: readonly (readonly [
    string,
    readonly Step[],
    unknown,
    RegExp,
    (readonly Step[])?,
  ])[] = [
    [
      'a server that is not there',
      ['endpoints', 0, 'extra_config', 'ai/mcp', 'server_name'],
      'other',
      /name of a server/,
    ],
    [
      'no server',
      ['extra_config'],
      undefined,
      /name of a server/,
      ['endpoints', 0, 'extra_config', 'ai/mcp', 'server_name'],
    ],
    ['another method', ['endpoints', 0, 'method'], 'GET', /as POST/],
    ['an endpoint without a backend', ['endpoints', 0, 'backend'], [], /without a backend/],
    [
      'a backend that protects nothing',
      ['endpoints', 0, 'backend', 0, 'extra_config'],
      { 'validation/cel': [] },
      /does not call/,
    ],
    ['client_tls', ['client_tls'], { disable_system_ca_pool: false }, /NODE_EXTRA_CA_CERTS/],
    ['two backends', [...TOOL, 'workflow', 'backend'], [{}, {}], /one backend/],
    ['several hosts', [...BACKEND, 'host'], ['http://a', 'http://b'], /one host/],
    ['a host that is none', [...BACKEND, 'host'], ['http://a/b'], /host/, [...BACKEND, 'host', 0]],
    ['a mapping', [...BACKEND, 'mapping'], { a: 'b' }, /not edited/],
    ['XML', [...BACKEND, 'encoding'], 'xml', /write one of json/],
    [
      'a GraphQL backend',
      [...BACKEND, 'extra_config'],
      { 'backend/graphql': {} },
      /backend\/graphql does not run/,
      [...BACKEND, 'extra_config', 'backend/graphql'],
    ],
    [
      'a body generator',
      [...TOOL, 'workflow', 'extra_config'],
      { 'modifier/body-generator': {} },
      /does not run/,
      [...TOOL, 'workflow', 'extra_config', 'modifier/body-generator'],
    ],
    ['errors that are ignored', [...TOOL, 'workflow', 'ignore_errors'], true, /its error/],
    [
      'a parameter that is nowhere',
      [...BACKEND, 'url_pattern'],
      '/v1/{other}',
      /no parameter \{other\}/,
    ],
    [
      'a query under another name',
      [...BACKEND, 'url_pattern'],
      '/v1/{id}?max={limit}',
      /one name on both sides/,
    ],
    [
      'an argument that goes nowhere',
      [...TOOL, 'input_schema', 'properties', 'note'],
      { type: 'string' },
      /does not say where/,
    ],
    [
      'a schema that does not compile',
      [...TOOL, 'input_schema', 'properties', 'id'],
      { type: 'strin' },
      /can be compiled/,
      [...TOOL, 'input_schema'],
    ],
    [
      'an output schema that does not compile',
      [...TOOL, 'output_schema'],
      { typ: 'object' },
      /can be compiled/,
    ],
    [
      'a header that the endpoint keeps out',
      [...TOOL, 'input_headers'],
      ['X-Else'],
      /input_headers of the endpoint/,
      [...TOOL, 'input_headers', 0],
    ],
    [
      'headers by a pattern',
      [...TOOL, 'input_headers'],
      ['*'],
      /one by one/,
      [...TOOL, 'input_headers', 0],
    ],
    [
      'a name twice',
      ['extra_config', 'ai/mcp', 'servers', 0, 'tools', 1, 'name'],
      'get_order',
      /another tool/,
    ],
    [
      'a name that clients do not take',
      [...TOOL, 'name'],
      'get order',
      /name: given "get order"/,
      TOOL,
    ],
    ['no title', [...TOOL, 'title'], undefined, /does not start without/],
    ['an unknown key', [...TOOL, 'prompt'], 'a', /no key prompt/],
  ];

  test.each(refusals)('with %s does not start', (_name, steps, value, told, at = steps) => {
    const problems = ((): readonly { path: string; message: string }[] => {
      try {
        fromKrakend(withValue(DOCUMENT, steps, value));
        return [];
      } catch (error) {
        if (error instanceof KrakendConfigError) return error.problems;
        throw error;
      }
    })();
    const path = pathOf(at);
    expect(problems).toContainEqual(
      expect.objectContaining({ path, message: expect.stringMatching(told) }),
    );
  });
});
