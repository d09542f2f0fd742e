import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from '@jest/globals';
import { connect } from '../support/mcp.ts';
import { serve } from '../support/servers.ts';
import { folderWith, runCommand, startCommand } from './support/command.ts';

const ORDER = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const LIMIT = {
  name: 'limit',
  in: 'query',
  description: 'How many,\n  at most \u001b[31m50.',
  schema: { type: 'integer' },
};
const OK = { responses: { 200: { description: 'Done' } } };
const ITEM = {
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
};

const DOCUMENT = {
  openapi: '3.0.3',
  info: { title: 'Orders', version: '1.0.0' },
  servers: [{ url: 'https://not-believed.example' }],
  paths: {
    '/orders': {
      get: {
        operationId: 'listOrders',
        summary: 'Newest first',
        tags: ['read'],
        parameters: [LIMIT],
        ...OK,
      },
      post: { operationId: 'createOrder', requestBody: { required: true, ...ITEM }, ...OK },
    },
    '/orders/{id}': {
      get: { operationId: 'getOrder', tags: ['read'], parameters: [ORDER], ...OK },
      head: {
        operationId: 'oldOrder',
        tags: ['read'],
        deprecated: true,
        parameters: [ORDER],
        ...OK,
      },
    },
  },
  components: {
    schemas: {
      Order: {
        type: 'object',
        required: ['item'],
        properties: { item: { type: 'string', nullable: true } },
      },
    },
  },
};

test('--check of an OpenAPI document tells each tool, its arguments and hints, and what was skipped', async () => {
  const cwd = await folderWith({ 'krakend.json': DOCUMENT });
  const ended = await runCommand(
    [
      'krakend.json',
      '--check',
      '--base-url',
      'http://127.0.0.1:1',
      '--operations',
      'tag:read, createOrder',
    ],
    { cwd },
  );
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^warning: auth: every client that reaches the port .*restTools/);
  const [, told = ''] = ended.stdout.split('krakend.json runs: /mcp\n');
  expect(told.trimEnd().split('\n')).toEqual([
    '',
    'listOrders (read-only, not destructive, idempotent, open world)',
    '  Newest first',
    '  - limit (integer): How many, at most [31m50.',
    '',
    'getOrder (read-only, not destructive, idempotent, open world)',
    '  - id (string, required)',
    '',
    'createOrder (writes, destructive, not idempotent, open world)',
    '  - item (string or null, required)',
    '',
    'skipped',
    '  oldOrder: it is deprecated: name it by its id, or by method and path',
  ]);
});

test('every mistake about an OpenAPI document is told, and exits with 1', async () => {
  const cwd = await folderWith({ 'api.json': DOCUMENT, 'old.json': { swagger: '2.0' } });
  const options = ['--check', '--base-url', 'ftp://api.example', '--operations', 'listOrder'];
  const ended = await runCommand(['api.json', ...options, '--forward', 'a b'], { cwd });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(/^ {2}baseUrl: given .*the URL of the API/m);
  expect(ended.stderr).toMatch(/^ {2}forward\[0\]: given/m);
  const place = ['--check', '--base-url', 'http://127.0.0.1:1'];
  const misspelt = await runCommand(['api.json', ...place, '--operations', 'listOrder'], { cwd });
  expect(misspelt).toMatchObject({ code: 1, stdout: '' });
  expect(misspelt.stderr).toMatch(/^ {2}operations\[0\]: given "listOrder".*like "listOrders"/m);
  const old = await runCommand(['old.json', ...place, '--operations', 'a'], { cwd });
  expect(old).toMatchObject({ code: 1, stderr: expect.stringContaining('This is Swagger 2.0') });
});

test('an OpenAPI document without a place or a list is wrong usage, as are options of KrakenD', async () => {
  const cwd = await folderWith({ 'api.json': DOCUMENT, 'krakend.json': { version: 3 } });
  const place = ['--base-url', 'http://127.0.0.1:1'];
  for (const [args, told] of [
    [['api.json'], /^api\.json is an OpenAPI document: give --base-url/],
    [['api.json', ...place], /^api\.json is an OpenAPI document: give --operations/],
    [['api.json', '--only', '/mcp'], /^--only is not for api\.json/],
    [['krakend.json', ...place], /^--base-url is not for krakend\.json/],
  ] as const) {
    const ended = await runCommand([...args, '--check'], { cwd });
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(told) });
  }
});

test('serves tools of an OpenAPI document in YAML to the official client, and ends in order', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const { port } = await serve((req, res) => {
    seen.push(req.headers);
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ url: req.url, items: ['a'] }));
  });
  const cwd = await folderWith({
    'api.yaml': `
      openapi: 3.1.0
      info: { title: Orders, version: 1.0.0 }
      paths:
        /orders/{id}:
          get:
            operationId: getOrder
            parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
            responses: { '200': { description: Done } }
    `,
  });
  const command = await startCommand(
    [
      ...['api.yaml', '--base-url', `http://127.0.0.1:${port}/v1`],
      ...['--operations', 'GET /orders/*', '--forward', 'X-Api-Key'],
    ],
    { cwd },
  );
  await command.line(/WARN .*auth: every client that reaches the port/);
  const { client } = await connect(
    `http://127.0.0.1:${command.port}/mcp`,
    { pin: '2026-07-28' },
    { requestInit: { headers: { 'X-Api-Key': 'key', 'X-Other': 'no', Cookie: 'a=b' } } },
  );
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['getOrder']);
  const result = await client.callTool({ name: 'getOrder', arguments: { id: 'a/b' } });
  expect(result).toMatchObject({ structuredContent: { url: '/v1/orders/a%2Fb', items: ['a'] } });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ 'x-api-key': 'key' });
  expect(seen[0]).not.toHaveProperty('x-other');
  expect(seen[0]).not.toHaveProperty('cookie');
  await command.line(/POST 200 .*call=tools\/call:getOrder/);
  await client.close();
  command.process.kill('SIGTERM');
  expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
});
