import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { restTools } from '../../src/exports/rest.ts';
import { toldOf } from './support/problems.ts';
import { call, document, startApi, startRest } from './support/rest-gateway.ts';

const place = (name: string) => new URL(`documents/${name}`, import.meta.url);
const baseUrl = 'http://127.0.0.1:1';

describe('a document is a file, or is given', () => {
  test.each<[string, string | URL]>([
    ['a path', fileURLToPath(place('orders.yaml'))],
    ['a URL', place('orders.yaml')],
    ['the text of a URL', place('orders.yaml').href],
  ])('by %s, with what it refers to', async (_, openapi) => {
    const api = await startApi();
    const { client, tools } = await startRest({
      openapi,
      baseUrl: api.url,
      operations: ['getOrder', 'putOrder'],
    });
    expect(tools.tools.map(({ inputSchema }) => inputSchema)).toMatchObject([
      { properties: { id: { type: 'integer', exclusiveMinimum: 0 } }, required: ['id'] },
      { properties: { item: { type: ['string', 'null'] } }, required: ['id', 'item'] },
    ]);
    expect(JSON.stringify(tools.tools)).not.toMatch(/\$ref|nullable|"example"/);
    await call(client, 'putOrder', { id: 7, item: null });
    expect([api.seen[0]?.url, String(api.seen[0]?.body)]).toEqual(['/orders/7', '{"item":null}']);
  });

  test('one that is given may refer to files as well', async () => {
    const $ref = `${fileURLToPath(place('parts.yaml'))}#/parameters/id`;
    const openapi = document({ '/a/{id}': { get: { operationId: 'a', parameters: [{ $ref }] } } });
    const { tools } = await restTools({ openapi, baseUrl, operations: 'a' });
    expect(tools[0]?.inputSchema.required).toEqual(['id']);
    expect(JSON.stringify(openapi)).toContain('$ref');
  });

  test('of 3.2, with its own methods', async () => {
    const openapi = {
      ...document({
        '/a': {
          query: { operationId: 'q' },
          additionalOperations: { PURGE: { operationId: 'p' } },
        },
      }),
      openapi: '3.2.0',
    };
    const { tools } = await restTools({ openapi, baseUrl, operations: ['q', 'p'] });
    expect(
      tools.map(({ annotations }) => [annotations.readOnlyHint, annotations.destructiveHint]),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

describe('what is no document of OpenAPI 3 is refused, with what to do', () => {
  const SWAGGER =
    /^openapi: OpenAPI 3\.0 or 3\.1\. This is Swagger 2\.0: convert it once, with `npx swagger2openapi/;

  test.each<[string, unknown, RegExp]>([
    ['Swagger 2.0', { swagger: '2.0', info: {}, paths: {} }, SWAGGER],
    ['Swagger 2.0 in a file', fileURLToPath(place('swagger.json')), SWAGGER],
    ['another version', { openapi: '4.0.0' }, /^openapi: OpenAPI 3\.0, 3\.1 or 3\.2$/],
    ['something else', { a: 1 }, /^openapi: an OpenAPI document, with a version/],
    ['a file that is not there', './none.yaml', /^openapi: a file that is there$/],
    [
      'an address',
      'https://api.example/openapi.json',
      /^openapi: a file, or the document itself: fetch it/,
    ],
    [
      'the URL of an address',
      new URL('https://api.example/openapi.json'),
      /^openapi: a file, or the document itself: fetch it/,
    ],
    [
      'a file that is not valid',
      fileURLToPath(place('invalid.json')),
      /^openapi: a valid OpenAPI document: .*version/s,
    ],
    ['a file that cannot be read', fileURLToPath(place('../documents.test.ts')), /^openapi: /],
    [
      'what is no JSON',
      { openapi: '3.1.0', paths: { '/a': () => {} } },
      /^openapi: an OpenAPI document, which is JSON$/,
    ],
  ])('%s', async (_, openapi, told) => {
    expect(await toldOf({ openapi, baseUrl, operations: 'a' })).toEqual([
      expect.stringMatching(told),
    ]);
  });

  test('one whose objects hold themselves', async () => {
    const schema: Record<string, unknown> = { type: 'object' };
    schema.properties = { self: schema };
    const openapi = document({}, { components: { schemas: { schema } } });
    expect(await toldOf({ openapi, baseUrl, operations: 'a' })).toEqual([
      expect.stringContaining('objects that hold themselves'),
    ]);
  });
});
