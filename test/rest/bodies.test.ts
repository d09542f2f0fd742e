import { describe, expect, test } from '@jest/globals';
import { type ApiRequest, call, document, startApi, startRest } from './support/rest-gateway.ts';

const text = { type: 'string' };

async function send(
  content: object,
  args: Record<string, unknown>,
  { required = true, version = '3.1.0' } = {},
): Promise<{
  request: ApiRequest | undefined;
  schema: Record<string, unknown>;
  told: string;
  isError: boolean;
}> {
  const openapi = {
    ...document({ '/a': { post: { operationId: 'a', requestBody: { required, content } } } }),
    openapi: version,
  };
  const api = await startApi();
  const { client, tools } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
  const { text: told, isError } = await call(client, 'a', args);
  const schema = tools.tools[0]?.inputSchema as Record<string, unknown>;
  return { request: api.seen[0], schema, told, isError };
}

const json = (schema: object) => ({ 'application/json': { schema } });

describe('a JSON body', () => {
  test('of a plain object is its properties, whatever parts it is put together from', async () => {
    const schema = {
      allOf: [
        { type: 'object', properties: { a: text }, required: ['a'] },
        {
          type: 'object',
          properties: { b: text, id: { ...text, readOnly: true } },
          required: ['id'],
        },
      ],
    };
    const { request, schema: shown } = await send(json(schema), { a: 'x', b: 'y' });
    expect(String(request?.body)).toBe('{"a":"x","b":"y"}');
    expect(shown).toEqual({
      type: 'object',
      properties: { a: text, b: text },
      required: ['a'],
      additionalProperties: false,
    });
  });

  test.each<[string, object, unknown]>([
    ['a list', { type: 'array', items: text }, ['x']],
    ['a text', text, 'x'],
    ['a choice', { oneOf: [{ type: 'object', properties: { a: text } }, text] }, { a: 'x' }],
    ['an object of any names', { type: 'object', additionalProperties: text }, { 'any name': 'x' }],
    ['anything', {}, { a: [1, null] }],
  ])('of %s is the argument "body"', async (_, schema, body) => {
    const { request, schema: shown } = await send(json(schema), { body });
    expect(JSON.parse(String(request?.body))).toEqual(body);
    expect(request?.headers['content-type']).toBe('application/json');
    expect(shown.required).toEqual(['body']);
  });

  test('null is sent, and what is absent is not', async () => {
    const schema = { type: 'object', properties: { a: { type: ['string', 'null'] }, b: text } };
    expect(String((await send(json(schema), { a: null })).request?.body)).toBe('{"a":null}');
    expect(String((await send(json(schema), {})).request?.body)).toBe('{}');
  });

  test('that may be absent is, where there is no argument for it', async () => {
    const schema = { type: 'object', properties: { a: text }, required: ['a'] };
    const { request, schema: shown } = await send(json(schema), {}, { required: false });
    expect(request?.headers).not.toHaveProperty('content-type');
    expect(String(request?.body)).toBe('');
    expect(shown).not.toHaveProperty('required');
  });

  test('keeps the type that it has in the document, and comes before any other', async () => {
    const schema = { type: 'object', properties: { a: text } };
    const { request } = await send(
      { 'application/xml': { schema }, 'application/merge-patch+json; charset=utf-8': { schema } },
      { a: 'x' },
    );
    expect(request?.headers['content-type']).toBe('application/merge-patch+json');
  });
});

test('a form has lists item by item, objects as JSON, and members where it says so', async () => {
  const schema = {
    type: 'object',
    properties: {
      a: text,
      list: { type: 'array', items: text },
      o: { type: 'object' },
      deep: { type: 'object' },
    },
  };
  const { request } = await send(
    {
      'application/x-www-form-urlencoded': { schema, encoding: { deep: { style: 'deepObject' } } },
    },
    { a: 'x&y=z ü', list: ['1', '2'], o: { b: 1 }, deep: { c: { d: 2 } } },
  );
  expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect([...new URLSearchParams(String(request?.body))]).toEqual([
    ['a', 'x&y=z ü'],
    ['list', '1'],
    ['list', '2'],
    ['o', '{"b":1}'],
    ['deep[c][d]', '2'],
  ]);
});

describe('a form of several parts', () => {
  const properties = (binary: object) => ({
    note: text,
    file: { ...binary, description: 'A picture' },
    more: { type: 'array', items: binary },
    meta: { type: 'object' },
  });

  test.each<[version: string, binary: object]>([
    ['3.0.3', { type: 'string', format: 'binary' }],
    ['3.1.0', { contentMediaType: 'application/octet-stream' }],
  ])('has files as what they are, from Base64: OpenAPI %s', async (version, binary) => {
    const bytes = Buffer.from([0, 255, 13, 10]);
    const { request, schema } = await send(
      {
        'multipart/form-data': {
          schema: { type: 'object', properties: properties(binary) },
          encoding: { file: { contentType: 'image/png, image/jpeg' } },
        },
      },
      {
        note: 'a"\r\n--x',
        file: bytes.toString('base64'),
        more: [bytes.toString('base64url'), ''],
        meta: { a: 1 },
      },
      { version },
    );
    expect((schema.properties as Record<string, unknown>).file).toEqual({
      type: 'string',
      contentEncoding: 'base64',
      description: 'A picture (as Base64)',
    });
    const type = request?.headers['content-type'] as string;
    const form = await new Response(request?.body, {
      headers: { 'content-type': type },
    }).formData();
    expect(form.get('note')).toBe('a"\r\n--x');
    const file = form.get('file') as File;
    expect([file.name, file.type, Buffer.from(await file.arrayBuffer())]).toEqual([
      'file',
      'image/png',
      bytes,
    ]);
    expect((form.getAll('more') as File[]).map(({ size }) => size)).toEqual([4, 0]);
    // No file: servers would not take it for a field.
    expect(form.get('meta')).toBe('{"a":1}');
    expect(String(request?.body)).toContain('Content-Type: application/json');
  });

  test('takes a name apart from what is around it', async () => {
    const name = 'a"\r\nX-Evil: 1\r\n\r\n';
    const { request } = await send(
      { 'multipart/form-data': { schema: { type: 'object', properties: { [name]: text } } } },
      { 'a_X-Evil_1': 'x' },
    );
    expect(String(request?.body)).toContain('name="a%22%0D%0AX-Evil: 1%0D%0A%0D%0A"');
  });

  test('what is no Base64 is not sent', async () => {
    const { request, told, isError } = await send(
      {
        'multipart/form-data': {
          schema: { type: 'object', properties: properties({ type: 'string', format: 'binary' }) },
        },
      },
      { file: 'not base64!' },
      { version: '3.0.3' },
    );
    expect(isError).toBe(true);
    expect(told).toContain('"file" has to be the bytes as Base64');
    expect(request).toBeUndefined();
  });
});

test.each(['application/octet-stream', 'image/png'])(
  'a body of bytes is Base64: %s',
  async (type) => {
    const { request, schema } = await send(
      { [type]: { schema: { type: 'string', format: 'binary' } } },
      { body: 'AP8=' },
    );
    expect(request?.body).toEqual(Buffer.from([0, 255]));
    expect(request?.headers['content-type']).toBe(type);
    expect(request?.headers['content-length']).toBe('2');
    expect(schema.required).toEqual(['body']);
  },
);

test('a body of text is text', async () => {
  const { request } = await send({ 'text/plain': { schema: text } }, { body: 'a\nü' });
  expect(String(request?.body)).toBe('a\nü');
  expect(request?.headers['content-type']).toBe('text/plain');
});

test('a DELETE and a GET may have a body', async () => {
  for (const method of ['delete', 'get', 'put', 'patch']) {
    const requestBody = { content: json({ type: 'object', properties: { a: text } }) };
    const openapi = document({ '/a': { [method]: { operationId: 'a', requestBody } } });
    const api = await startApi();
    const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
    await call(client, 'a', { a: 'x' });
    expect(api.seen.map((request) => [request.method, String(request.body)])).toEqual([
      [method.toUpperCase(), '{"a":"x"}'],
    ]);
  }
});

test.each([
  ['multipart/form-data', { type: 'object', properties: { note: {} } }, 'note'],
  ['application/x-www-form-urlencoded', { type: 'object', properties: { note: {} } }, 'note'],
  ['text/plain', {}, 'body'],
])('half of a surrogate pair is not sent as another character: %s', async (type, schema, name) => {
  const openapi = document({
    '/a': { post: { operationId: 'a', requestBody: { content: { [type]: { schema } } } } },
  });
  const api = await startApi();
  const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
  expect((await call(client, 'a', { [name]: 'a\ud800' })).isError).toBe(true);
  expect(api.seen).toEqual([]);
  expect((await call(client, 'a', { [name]: 'a\u{1f600}' })).isError).toBe(false);
});
