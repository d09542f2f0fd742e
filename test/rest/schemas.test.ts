import { describe, expect, test } from '@jest/globals';
import { restTools } from '../../src/exports/rest.ts';
import { call, document, startApi, startRest } from './support/rest-gateway.ts';

const baseUrl = 'http://127.0.0.1:1';

async function toolOf(spec: object, tool: object = {}, method = 'get', more: object = {}) {
  const openapi = document(
    { '/a': { [method]: { operationId: 'a', ...spec } } },
    more as Record<string, unknown>,
  );
  const { tools } = await restTools({ openapi, baseUrl, operations: 'a', tools: { a: tool } });
  return tools[0] as (typeof tools)[0];
}

describe('what a model reads of a tool', () => {
  test.each<[string, object, object, string | undefined, string | undefined]>([
    ['summary and description', { summary: 'S', description: 'D' }, {}, 'S', 'D'],
    ['a summary alone', { summary: 'S' }, {}, 'S', 'S'],
    ['nothing', {}, {}, undefined, undefined],
    [
      'the extension',
      { summary: 'S', description: 'D', 'x-mcp': { title: 'T', description: 'E' } },
      {},
      'T',
      'E',
    ],
    [
      'the options',
      { summary: 'S', description: 'D', 'x-mcp': { title: 'T' } },
      { title: 'U', description: 'F' },
      'U',
      'F',
    ],
  ])('%s', async (_, spec, tool, title, description) => {
    expect(await toolOf(spec, tool)).toMatchObject({
      name: 'a',
      ...(title && { title }),
      ...(description && { description }),
    });
  });

  test('is one kilobyte at most, and ends with a word; of arguments as well', async () => {
    const long = 'words '.repeat(1000);
    const parameters = [
      {
        name: 'p',
        in: 'query',
        schema: { type: 'string', description: 'short' },
        description: long,
      },
    ];
    const { description = '', inputSchema } = await toolOf({ description: long, parameters });
    const { p } = inputSchema.properties as Record<string, { description: string }>;
    for (const text of [description, p?.description ?? '']) {
      expect(text.length).toBeLessThanOrEqual(1024);
      expect(text).toMatch(/words…$/);
    }
  });
});

describe('all four hints are there', () => {
  test.each<[method: string, readOnly: boolean, destructive: boolean, idempotent: boolean]>([
    ['get', true, false, true],
    ['head', true, false, true],
    ['options', true, false, true],
    ['put', false, true, true],
    ['delete', false, true, true],
    ['post', false, true, false],
    ['patch', false, true, false],
  ])('as %s says', async (method, readOnlyHint, destructiveHint, idempotentHint) => {
    const { annotations } = await toolOf({}, {}, method);
    expect(annotations).toEqual({
      readOnlyHint,
      destructiveHint,
      idempotentHint,
      openWorldHint: true,
    });
  });

  test('the document says otherwise, and options have the last word', async () => {
    const spec = {
      'x-mcp': {
        readOnlyHint: true,
        annotations: { destructiveHint: false },
        idempotentHint: 'yes',
      },
    };
    const tool = { annotations: { readOnlyHint: false, openWorldHint: false } };
    expect((await toolOf(spec, tool, 'post')).annotations).toEqual({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    });
  });
});

describe('the schema of arguments is one that every client takes', () => {
  const Node = {
    type: 'object',
    description: 'A node',
    properties: {
      id: { type: 'string', readOnly: true },
      kind: { type: 'string', enum: ['a', 'b'], nullable: true, example: 'a', 'x-order': 1 },
      size: { type: 'integer', minimum: 0, exclusiveMinimum: true },
      when: { type: 'string', format: 'no-such-format' },
      children: { type: 'array', items: { $ref: '#/components/schemas/Node' } },
    },
    required: ['id', 'kind'],
    xml: { name: 'n' },
  };
  const openapi = {
    ...document(
      {
        '/nodes': {
          post: {
            operationId: 'addNode',
            requestBody: {
              required: true,
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Node' } } },
            },
          },
        },
      },
      { components: { schemas: { Node } } },
    ),
    openapi: '3.0.3',
  };

  test('2020-12 without references, of a schema that holds itself', async () => {
    const { tools } = await restTools({ openapi, baseUrl, operations: 'addNode' });
    const { inputSchema } = tools[0] as (typeof tools)[0];
    const text = JSON.stringify(inputSchema);
    expect(text).not.toMatch(/\$ref|nullable|"example"|x-order|xml|"id"/);
    expect(inputSchema).toMatchObject({
      type: 'object',
      properties: {
        size: { type: 'integer', exclusiveMinimum: 0 },
        when: { type: 'string' },
      },
      required: ['kind'],
      additionalProperties: false,
    });
  });

  test('and holds for calls', async () => {
    const api = await startApi();
    const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'addNode' });
    for (const args of [{ kind: 'c' }, { kind: 'a', size: 0 }, { kind: 'a', id: 'x' }]) {
      expect([args, (await call(client, 'addNode', args)).isError]).toEqual([args, true]);
    }
    expect(api.seen).toEqual([]);
    const args = { kind: null, size: 1, when: 'soon', children: [{ kind: 'a' }] };
    expect((await call(client, 'addNode', args)).isError).toBe(false);
    expect(JSON.parse(String(api.seen[0]?.body))).toEqual(args);
  });
});
