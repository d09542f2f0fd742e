import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

describe('a document publishes nothing but itself and what lies beside it', () => {
  const OUTSIDE = /^openapi: references to files of its own directory alone: ".*" is none\. Bundle/;

  test.each([
    ['a file above it', 'orders.yaml'],
    ['an address', 'orders-of-a-host.yaml'],
  ])('one in a file that refers to %s is refused', async (_, name) => {
    const openapi = place(`leading-out/${name}`);
    expect(await toldOf({ openapi, baseUrl, operations: 'getOrder' })).toEqual([
      expect.stringMatching(OUTSIDE),
    ]);
  });

  test('a link in its directory leads to no other file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'openapi-'));
    await copyFile(place('orders.yaml'), join(directory, 'orders.yaml'));
    const made = { openapi: join(directory, 'orders.yaml'), baseUrl, operations: 'getOrder' };
    await symlink(fileURLToPath(place('parts.yaml')), join(directory, 'parts.yaml'));
    expect(await toldOf(made)).toEqual([expect.stringMatching(OUTSIDE)]);
    // It is the link that is refused.
    await rm(join(directory, 'parts.yaml'));
    await copyFile(place('parts.yaml'), join(directory, 'parts.yaml'));
    expect(await toldOf(made)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  test.each([
    ['a file', `${fileURLToPath(place('parts.yaml'))}#/parameters/id`],
    ['the URL of a file', `${place('parts.yaml').href}#/parameters/id`],
    ['an address', 'https://192.0.2.1/parts.yaml#/parameters/id'],
  ])('one that is given has no tool that needs %s', async (_, $ref) => {
    const openapi = document({
      '/a/{id}': { get: { operationId: 'a', parameters: [{ $ref }] } },
      '/b/{id}': {
        get: { operationId: 'b', parameters: [{ name: 'q', in: 'query', schema: { $ref } }] },
      },
      '/c': { get: { operationId: 'c', description: { $ref } } },
    });
    const { tools, skipped } = await restTools({ openapi, baseUrl, operations: () => true });
    expect(tools.map(({ name, description }) => [name, description])).toEqual([['c', undefined]]);
    expect(skipped.map(({ operation }) => operation)).toEqual(['a', 'b']);
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

  test.each([
    ['values without number', 'comes to more, with its aliases written out', 'type: object'],
    ['values that hold themselves', 'objects that hold themselves', 'self: *a1'],
  ])('a file whose aliases stand for %s', async (_, told, more) => {
    const levels = Array.from({ length: 30 }, (_none, i) => {
      const inner = i === 0 ? more : `p: *a${i}, q: *a${i}, r: *a${i}`;
      return `x-${i + 1}: &a${i + 1} { ${inner} }`;
    });
    const head = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: {}";
    const directory = await mkdtemp(join(tmpdir(), 'openapi-'));
    const openapi = join(directory, 'aliases.yaml');
    await writeFile(openapi, [head, ...levels].join('\n'));
    expect(await toldOf({ openapi, baseUrl, operations: 'a' })).toEqual([
      expect.stringContaining(told),
    ]);
    await rm(directory, { recursive: true });
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
