import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { VersionNegotiationMode } from '@modelcontextprotocol/client';
import type { RestToolOptions } from '../../src/exports/rest.ts';
import {
  type ApiAnswer,
  call,
  document,
  ERAS,
  startApi,
  startRest,
} from './support/rest-gateway.ts';

const MODERN: VersionNegotiationMode = { pin: '2026-07-28' };

/** What a call gives where the API answers so. */
async function resultOf(
  answer: ApiAnswer,
  {
    mode = MODERN,
    tool = {},
    spec = {},
    args = {},
    method = 'get',
  }: {
    mode?: VersionNegotiationMode;
    tool?: RestToolOptions;
    spec?: object;
    args?: Record<string, unknown>;
    method?: string;
  } = {},
) {
  const { url } = await startApi(() => answer);
  const openapi = document({ '/a': { [method]: { operationId: 'a', ...spec } } });
  const { client } = await startRest(
    { openapi, baseUrl: url, operations: 'a', tools: { a: tool } },
    { mode },
  );
  await client.listTools();
  return call(client, 'a', args);
}

describe.each(ERAS)('JSON is text, and structured as the era of %s takes it', (_, mode) => {
  const isModern = mode !== 'legacy';

  test('an object', async () => {
    expect(await resultOf({ body: { a: [1] } }, { mode })).toMatchObject({
      isError: false,
      text: '{"a":[1]}',
      structuredContent: { a: [1] },
    });
  });

  test.each<[string, unknown]>([
    ['a list', [{ a: 1 }]],
    ['a text', 'x'],
    ['a number', 3],
    ['null', null],
  ])('%s', async (_kind, value) => {
    const headers = { 'content-type': 'application/json' };
    const { text, structuredContent, isError } = await resultOf(
      { body: JSON.stringify(value), headers },
      { mode },
    );
    expect(isError).toBe(false);
    expect(text).toBe(JSON.stringify(value));
    expect(structuredContent).toEqual(isModern ? value : undefined);
  });
});

describe('the text of a result', () => {
  test('is what the API wrote: a number keeps its digits', async () => {
    const body = '{ "id": 12345678901234567890 }';
    const headers = { 'content-type': 'application/vnd.api+json; charset=utf-8' };
    expect((await resultOf({ body, headers })).text).toBe(body);
  });

  test.each<[string, ApiAnswer, string]>([
    [
      'no JSON, whatever its type says',
      { body: '{"a":', headers: { 'content-type': 'application/json' } },
      '{"a":',
    ],
    ['a text', { body: 'a,b\n1,2', headers: { 'content-type': 'text/csv' } }, 'a,b\n1,2'],
    ['XML', { body: '<a/>', headers: { 'content-type': 'application/atom+xml' } }, '<a/>'],
    ['HTML', { body: '<p>a</p>', headers: { 'content-type': 'text/html' } }, '<p>a</p>'],
    [
      'another charset',
      {
        body: Buffer.from('Gr\xf6\xdfe', 'latin1'),
        headers: { 'content-type': 'text/plain; charset=ISO-8859-1' },
      },
      'Größe',
    ],
    [
      'a charset that nobody knows',
      { body: 'a', headers: { 'content-type': 'text/plain; charset=klingon' } },
      'a',
    ],
    ['JSON that does not say so', { body: '[1]' }, '[1]'],
    ['a text that does not say so', { body: 'hello' }, 'hello'],
    [
      'an answer that is encoded, though it was not to be',
      {
        body: gzipSync('{"a":1}'),
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      },
      '{"a":1}',
    ],
    ['no body', { status: 204 }, 'HTTP 204: done, and there is nothing to show.'],
  ])('%s', async (_, answer, text) => {
    expect(await resultOf(answer)).toMatchObject({ isError: false, text });
  });

  test('of a JSON document that is nested too deep is that document', async () => {
    for (const depth of [300, 100_000]) {
      const body = '['.repeat(depth) + ']'.repeat(depth);
      const result = await resultOf({ body, headers: { 'content-type': 'application/json' } });
      expect(result).toMatchObject({ isError: false, structuredContent: undefined });
      expect(result.text === body).toBe(true);
    }
  });

  test.each<[string, ApiAnswer]>([
    ['of another kind', { headers: { 'content-encoding': 'zstd' }, body: Buffer.from([1, 2]) }],
    ['twice', { headers: { 'content-encoding': 'gzip, gzip' }, body: gzipSync(gzipSync('{}')) }],
    ['that is not there', { headers: { 'content-encoding': 'gzip' }, body: '{"a":1}' }],
    [
      'without its end',
      { headers: { 'content-encoding': 'gzip' }, body: gzipSync('{}').subarray(0, 12) },
    ],
  ])('is none where it has an encoding %s', async (_, answer) => {
    expect(await resultOf(answer)).toMatchObject({
      isError: true,
      text: expect.stringContaining('in an encoding that cannot be read'),
    });
  });

  test.each(['gzip', 'zstd'])('of nothing in %s is that it was a success', async (encoding) => {
    const headers = { 'content-encoding': encoding };
    for (const status of [200, 204]) {
      expect(await resultOf({ status, headers })).toMatchObject({
        isError: false,
        text: `HTTP ${status}: done, and there is nothing to show.`,
      });
    }
  });

  test('of a HEAD is that it was a success', async () => {
    expect(await resultOf({ body: { a: 1 } }, { method: 'head' })).toMatchObject({
      isError: false,
      text: 'HTTP 200: done, and there is nothing to show.',
    });
  });
});

describe('bytes are what they are', () => {
  const bytes = Buffer.from([0, 255, 1, 254]);
  const data = bytes.toString('base64');

  test.each<[type: string, block: object]>([
    ['image/png', { type: 'image', data, mimeType: 'image/png' }],
    ['audio/mpeg; rate=1', { type: 'audio', data, mimeType: 'audio/mpeg' }],
    [
      'application/pdf',
      {
        type: 'resource',
        resource: { uri: 'urn:rest:a', mimeType: 'application/pdf', blob: data },
      },
    ],
  ])('%s', async (type, block) => {
    const { content, isError } = await resultOf({ body: bytes, headers: { 'content-type': type } });
    expect(isError).toBe(false);
    expect(content).toEqual([block]);
  });

  test('without a type as well', async () => {
    const { content } = await resultOf({ body: bytes });
    expect(content).toMatchObject([
      { resource: { mimeType: 'application/octet-stream', blob: data } },
    ]);
  });

  test('up to the limit', async () => {
    const headers = { 'content-type': 'image/png' };
    const tool = { result: { max: 3 } };
    expect(await resultOf({ body: bytes, headers }, { tool })).toMatchObject({
      isError: true,
      text: 'The result is too large: 4 bytes. Ask for less, if an argument allows that.',
    });
  });
});

describe('a part of a result', () => {
  const body = {
    items: [{ id: 1, name: 'a', tags: { x: 1, y: 2 } }, { id: 2 }],
    total: 2,
    next: null,
  };

  test.each<[pick: string[], left: object]>([
    [['total'], { total: 2 }],
    [['items'], { items: body.items }],
    [['items.id', 'next'], { items: [{ id: 1 }, { id: 2 }], next: null }],
    [['items.tags.x'], { items: [{ tags: { x: 1 } }, {}] }],
    [['items', 'items.id'], { items: body.items }],
    [['nothing'], {}],
  ])('%j', async (pick, left) => {
    const { text, structuredContent } = await resultOf({ body }, { tool: { result: { pick } } });
    expect(JSON.parse(text)).toEqual(left);
    expect(structuredContent).toEqual(left);
  });

  test('of a list, of each of its items', async () => {
    const { structuredContent } = await resultOf(
      { body: body.items },
      { tool: { result: { pick: ['id'] } } },
    );
    expect(structuredContent).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe('a result that is too long', () => {
  const items = Array.from({ length: 100 }, (_, id) => ({ id, name: `name ${id} ü` }));
  const tool = { result: { max: 1000 } };

  test.each<[string, unknown, (left: Record<string, unknown>) => unknown]>([
    ['a list', items, (left) => left.items],
    ['a list in an object', { total: 100, items }, (left) => left.items],
    [
      'a list deep within',
      { data: { page: { rows: items } } },
      (left) => (left.data as { page: { rows: unknown } }).page.rows,
    ],
    ['the longer of two lists', { few: [1], items }, (left) => left.items],
    ['the outermost list', { items, deep: { items: [...items, ...items] } }, (left) => left.items],
  ])('%s ends after its last whole element, and says of how many', async (what, body, listOf) => {
    const { isError, text, structuredContent } = await resultOf({ body }, { tool });
    if (what === 'the outermost list') {
      expect(isError).toBe(true);
      return;
    }
    expect(isError).toBe(false);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1000);
    const left = JSON.parse(text);
    expect(structuredContent).toEqual(left);
    expect(left).toMatchObject({ truncated: true, truncatedFrom: 100 });
    const kept = listOf(left) as unknown[];
    expect(kept).toEqual(items.slice(0, kept.length));
    // One more would not have fitted.
    const longer = JSON.stringify(items[kept.length]).length + 1;
    expect(Buffer.byteLength(text) + longer).toBeGreaterThan(1000);
  });

  test('is not cut where it fits without the blanks in it', async () => {
    const body = JSON.stringify({ items: items.slice(0, 20) }, undefined, 20);
    const headers = { 'content-type': 'application/json' };
    expect(body.length).toBeGreaterThan(1000);
    const { text } = await resultOf({ body, headers }, { tool });
    expect(JSON.parse(text)).toEqual({ items: items.slice(0, 20) });
  });

  test.each<[string, ApiAnswer]>([
    ['a text', { body: 'x'.repeat(1001), headers: { 'content-type': 'text/plain' } }],
    ['an object without a list', { body: { text: 'x'.repeat(990) } }],
    ['a list whose first element is too long', { body: ['x'.repeat(1000), 1] }],
  ])('%s is an error that names arguments to ask for less', async (_, answer) => {
    const parameters = ['limit', 'Page-Size', 'colour', 'cursor'].map((name) => ({
      name,
      in: 'query',
      schema: {},
    }));
    const { isError, text } = await resultOf(answer, { tool, spec: { parameters } });
    expect(isError).toBe(true);
    expect(text).toMatch(
      /^The result is too large: 100\d bytes\. Use "limit", "Page-Size", "cursor" to ask for less\.$/,
    );
  });

  test('is not read on for ever, whatever it says of its length', async () => {
    const body = Buffer.alloc(9 * 1024 * 1024, 'x');
    const advice = 'Ask for less, if an argument allows that.';
    const announced = { 'content-length': String(body.length) };
    expect(await resultOf({ body, headers: announced })).toMatchObject({
      isError: true,
      text: `The result is too large: 9437184 bytes. ${advice}`,
    });
    // Without a length, and a few bytes that stand for many.
    for (const answer of [
      { body },
      { body: gzipSync(body), headers: { 'content-encoding': 'gzip' } },
    ]) {
      expect(await resultOf(answer)).toMatchObject({
        isError: true,
        text: `The result is too large: more than 8388608 bytes. ${advice}`,
      });
    }
  });

  test('has 256 KB at most where nothing else is said', async () => {
    const body = 'x'.repeat(256 * 1024);
    const headers = { 'content-type': 'text/plain' };
    expect((await resultOf({ body, headers })).isError).toBe(false);
    expect((await resultOf({ body: `${body}x`, headers })).isError).toBe(true);
  });
});
