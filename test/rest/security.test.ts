import { describe, expect, test } from '@jest/globals';
import { connect } from '../support/mcp.ts';
import { toldOf } from './support/problems.ts';
import { call, document, startApi, startRest } from './support/rest-gateway.ts';

const text = { type: 'string' };
const at = (name: string, place: string, more: object = {}) => ({
  name,
  in: place,
  schema: text,
  ...(place === 'path' && { required: true }),
  ...more,
});

const FILES = document({
  '/files/{name}/content': {
    get: { operationId: 'readFile', parameters: [at('name', 'path'), at('q', 'query')] },
  },
  '/admin': { get: { operationId: 'admin' } },
});

/** Of each, published flaws of others: FastMCP before 3.2, and MCP Toolbox (CVE-2026-11720). */
describe('a path argument stays within its segment', () => {
  test.each([
    ['..'],
    ['.'],
    [''],
    ['../../admin'],
    ['..\\..\\admin'],
    ['x/../../admin'],
    ['%2e%2e'],
    ['%2e%2e%2f%2e%2e%2fadmin'],
    ['%252e%252e%252fadmin'],
    ['..;/admin'],
    ['..%00'],
    ['.. '],
    ['\u0000'],
    ['a\r\nX-Evil: 1'],
    ['\ud800'],
  ])('%j is not sent', async (name) => {
    const api = await startApi();
    const { client } = await startRest({
      openapi: FILES,
      baseUrl: api.url,
      operations: 'readFile',
    });
    const { isError, text } = await call(client, 'readFile', { name });
    expect(isError).toBe(true);
    expect(text).toContain('"name"');
    expect(text).not.toContain('admin');
    expect(api.seen).toEqual([]);
  });

  test.each([
    ['a/b', '/v1/files/a%2Fb/content'],
    ['//evil.example', '/v1/files/%2F%2Fevil.example/content'],
    ['http://evil.example/', '/v1/files/http%3A%2F%2Fevil.example%2F/content'],
    ['x?admin=1', '/v1/files/x%3Fadmin%3D1/content'],
    ['x#', '/v1/files/x%23/content'],
    ['x;a=b', '/v1/files/x%3Ba%3Db/content'],
    ['@evil.example', '/v1/files/%40evil.example/content'],
    ['a%2fb', '/v1/files/a%252fb/content'],
    ['...', '/v1/files/.../content'],
    ['{name}', '/v1/files/%7Bname%7D/content'],
    ['*', '/v1/files/%2A/content'],
  ])('%j is encoded whole', async (name, url) => {
    const api = await startApi();
    const { client } = await startRest({
      openapi: FILES,
      baseUrl: `${api.url}/v1`,
      operations: 'readFile',
    });
    expect((await call(client, 'readFile', { name })).isError).toBe(false);
    expect(api.seen.map((request) => request.url)).toEqual([url]);
  });

  test.each([
    ['/{x}..{y}', { x: '/', y: '/admin' }],
    ['/..{x}', { x: '/admin' }],
    ['/{x}{y}', { x: '%2', y: 'e%2e' }],
    ['/{x}{y}', { x: 'a%0', y: 'd' }],
  ])('nor together with what stands beside it: %s with %j', async (path, args) => {
    const parameters = Object.keys(args).map((name) => at(name, 'path'));
    const openapi = document({ [path]: { get: { operationId: 'get', parameters } } });
    const api = await startApi();
    const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'get' });
    expect(await call(client, 'get', args)).toMatchObject({
      isError: true,
      text: expect.stringContaining('a part of the path that the arguments make has'),
    });
    expect(api.seen).toEqual([]);
    // Otherwise it would prove nothing.
    await call(client, 'get', Object.fromEntries(parameters.map(({ name }) => [name, 'main'])));
    expect(api.seen).toHaveLength(1);
  });

  test('lists and objects as well, and values that are harmless alone', async () => {
    const openapi = document({
      '/a/{x}{y}/b': {
        get: { operationId: 'two', parameters: [at('x', 'path'), at('y', 'path')] },
      },
      '/l/{list}': {
        get: {
          operationId: 'list',
          parameters: [at('list', 'path', { schema: { type: 'array', items: text } })],
        },
      },
      '/label/{v}': {
        get: { operationId: 'label', parameters: [at('v', 'path', { style: 'label' })] },
      },
    });
    const api = await startApi();
    const { client } = await startRest({
      openapi,
      baseUrl: api.url,
      operations: ['two', 'list', 'label'],
    });
    for (const [tool, args] of [
      ['two', { x: '.', y: '.' }],
      ['two', { x: '.', y: '' }],
      ['list', { list: ['..'] }],
      ['list', { list: ['a', '../b'] }],
      ['list', { list: [] }],
      ['label', { v: '.' }],
    ] as const) {
      expect([tool, args, (await call(client, tool, args)).isError]).toEqual([tool, args, true]);
    }
    expect(api.seen).toEqual([]);
  });
});

describe('a document cannot lead out of its paths either', () => {
  test.each([
    ['/a/../b', "'.' or '..'"],
    ['/a/%2e%2e/b', "'.' or '..'"],
    ['/a/%252E./b', "'.' or '..'"],
    ['/a/..;x=1/b', "'.' or '..'"],
    ['/a\r\nX-Evil: 1', 'a control character'],
    ['/a%0d%0aX-Evil:1', 'a control character'],
    ['/a?b=1', "'?'"],
    ['/a#b', "'#'"],
    ['/a\\b', "'\\'"],
    ['/a/{id', 'a brace'],
    ['/a/id}', 'a brace'],
    ['/a/{}', 'a brace'],
    ['/a/%zz', "a '%'"],
  ])('%j is no path of a tool', async (path, reason) => {
    const openapi = document({ [path]: { get: { operationId: 'a' } } });
    expect(await toldOf({ openapi, baseUrl: 'http://127.0.0.1:1', operations: 'a' })).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  test.each(['CONNECT', 'TRACE', 'GET /b HTTP/1.1\r\nX-Evil: 1', ''])(
    '%j is no method of a tool',
    async (method) => {
      const item =
        method === 'TRACE'
          ? { trace: { operationId: 'a' } }
          : { additionalOperations: { [method]: { operationId: 'a' } } };
      const openapi = { ...document({ '/a': item }), openapi: '3.2.0' };
      expect(await toldOf({ openapi, baseUrl: 'http://127.0.0.1:1', operations: 'a' })).toEqual([
        expect.stringContaining('has the method'),
      ]);
    },
  );
});

describe('no argument says where the API is, or what else is asked of it', () => {
  test('a query argument is one value of one parameter', async () => {
    const api = await startApi();
    const { client } = await startRest({
      openapi: FILES,
      baseUrl: api.url,
      operations: 'readFile',
    });
    await call(client, 'readFile', { name: 'x', q: 'a&admin=1#frag+ ;b=c\r\nX-Evil: 1' });
    const { search } = new URL(api.seen[0]?.url as string, api.url);
    expect(search).toBe('?q=a%26admin%3D1%23frag%2B%20%3Bb%3Dc%0D%0AX-Evil%3A%201');
    expect(api.seen[0]?.headers).not.toHaveProperty('x-evil');
  });

  test('with allowReserved, too', async () => {
    const openapi = document({
      '/s': { get: { operationId: 's', parameters: [at('q', 'query', { allowReserved: true })] } },
    });
    const api = await startApi();
    const { client } = await startRest({ openapi, baseUrl: api.url, operations: 's' });
    await call(client, 's', { q: 'http://x/?a=b&admin=1;c=d#e+f' });
    expect(api.seen[0]?.url).toBe('/s?q=http://x/?a%3Db%26admin%3D1%3Bc%3Dd%23e%2Bf');
  });

  test('an object that is spread over the query has the members of its schema alone', async () => {
    const page = { type: 'object', properties: { size: { type: 'integer' } } };
    const openapi = document({
      '/s': { get: { operationId: 's', parameters: [at('page', 'query', { schema: page })] } },
    });
    const api = await startApi();
    const { client } = await startRest({ openapi, baseUrl: api.url, operations: 's' });
    expect((await call(client, 's', { page: { size: 2, admin: '1' } })).isError).toBe(true);
    expect(api.seen).toEqual([]);
    await call(client, 's', { page: { size: 2 } });
    expect(api.seen.map(({ url }) => url)).toEqual(['/s?size=2']);
  });

  test('what the document says of servers is not believed', async () => {
    const api = await startApi();
    const other = await startApi();
    const openapi = document(
      {
        '/a': {
          servers: [{ url: other.url }],
          get: { operationId: 'a', servers: [{ url: other.url }] },
        },
      },
      { servers: [{ url: other.url }] },
    );
    const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
    await call(client, 'a');
    expect(api.seen).toHaveLength(1);
    expect(other.seen).toEqual([]);
  });

  test.each([301, 302, 303, 307, 308])(
    'a redirect with status %d is not followed',
    async (status) => {
      const other = await startApi();
      const api = await startApi(() => ({
        status,
        headers: { location: `${other.url}/metadata` },
      }));
      const { client } = await startRest({ openapi: FILES, baseUrl: api.url, operations: 'admin' });
      const { isError, text } = await call(client, 'admin');
      expect(isError).toBe(true);
      expect(text).toBe(`HTTP ${status}: the API redirects, and redirects are not followed`);
      expect(other.seen).toEqual([]);
    },
  );

  test('an argument that the schema does not have is refused', async () => {
    const api = await startApi();
    const { client } = await startRest({ openapi: FILES, baseUrl: api.url, operations: 'admin' });
    for (const name of ['url', 'baseUrl', 'headers', 'constructor']) {
      const args = JSON.parse(`{${JSON.stringify(name)}:"http://evil.example/"}`);
      expect([name, (await call(client, 'admin', args)).isError]).toEqual([name, true]);
    }
    expect(api.seen).toEqual([]);
  });
});

describe('an API is called as whom the gateway says, and never as whom the agent says', () => {
  const OPENAPI = document(
    {
      '/me': {
        get: {
          operationId: 'me',
          parameters: [
            at('Authorization', 'header', { required: true }),
            at('X-Api-Key', 'header', { required: true }),
            at('X-User', 'header'),
            at('X-Forwarded-For', 'header'),
            at('Proxy-Authorization', 'header'),
            at('Transfer-Encoding', 'header'),
            at('Host', 'header'),
            at('Content-Length', 'header'),
            at('Cookie', 'header'),
            at('session', 'cookie'),
            at('api_key', 'query'),
            at('x_http_method_override', 'header'),
            at('X-Original-URL', 'header'),
            at('True-Client-IP', 'header'),
            at('x-ms-client-principal', 'header'),
            at('User-Agent', 'header', { required: true }),
            at('x-ms-version', 'header'),
            at('X-Trace', 'header'),
          ],
        },
      },
    },
    {
      components: {
        securitySchemes: {
          header: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
          query: { type: 'apiKey', in: 'query', name: 'api_key' },
        },
      },
    },
  );

  test('credentials are no arguments, and neither are headers that are forwarded', async () => {
    const api = await startApi();
    const { tools } = await startRest({
      openapi: OPENAPI,
      baseUrl: api.url,
      operations: 'me',
      forward: ['X-User'],
      tools: { me: { headers: true } },
    });
    expect(tools.tools[0]?.inputSchema).toEqual({
      type: 'object',
      properties: { 'x-ms-version': text, 'X-Trace': text },
      additionalProperties: false,
    });
  });

  test('of a request, only what the gateway has set and forward names goes to the API', async () => {
    const api = await startApi();
    const { gateway } = await startRest(
      {
        openapi: OPENAPI,
        baseUrl: api.url,
        operations: 'me',
        forward: ['Authorization', 'X-User'],
      },
      {
        config: {
          headers: {
            forward: ['X-Other'],
            set: { Authorization: 'Bearer of-the-gateway', 'X-User': 'ada', 'X-Secret': 'kept' },
          },
        },
      },
    );
    const { client } = await connect(
      gateway.url,
      { pin: '2026-07-28' },
      {
        requestInit: {
          headers: {
            Authorization: 'Bearer of-the-agent',
            'X-User': 'root',
            'X-Other': '1',
            Cookie: 'a=b',
            'X-Forwarded-For': '10.0.0.1',
          },
        },
      },
    );
    expect((await call(client, 'me')).isError).toBe(false);
    expect(api.seen.map(({ headers }) => headers)).toEqual([
      {
        accept: 'application/json, */*;q=0.5',
        'accept-encoding': 'identity',
        authorization: 'Bearer of-the-gateway',
        connection: 'keep-alive',
        host: `127.0.0.1:${api.port}`,
        'user-agent': 'express-mcp-gateway',
        'x-user': 'ada',
      },
    ]);
  });

  test('a header argument cannot end its line', async () => {
    const api = await startApi();
    const { client } = await startRest({
      openapi: OPENAPI,
      baseUrl: api.url,
      operations: 'me',
      tools: { me: { headers: true } },
    });
    for (const value of ['a\r\nAuthorization: Bearer x', 'a\nb', 'a\u0000', 'ü€']) {
      expect((await call(client, 'me', { 'X-Trace': value })).isError).toBe(true);
    }
    expect(api.seen).toEqual([]);
    await call(client, 'me', { 'X-Trace': 'abc' });
    expect(api.seen[0]?.headers).toHaveProperty('x-trace', 'abc');
  });

  test('a key in the query of baseUrl is in every request, and no argument takes its place', async () => {
    const openapi = document({
      '/a': {
        get: {
          operationId: 'a',
          parameters: [at('key', 'query', { required: true }), at('q', 'query')],
        },
      },
    });
    const api = await startApi();
    const { client, tools } = await startRest({
      openapi,
      baseUrl: `${api.url}/v1?key=of-the-gateway`,
      operations: 'a',
    });
    expect(Object.keys(tools.tools[0]?.inputSchema.properties as object)).toEqual(['q']);
    await call(client, 'a', { q: 'x' });
    expect(api.seen.map(({ url }) => url)).toEqual(['/v1/a?key=of-the-gateway&q=x']);
  });
});

describe('an error says nothing of the API that the agent must not know', () => {
  test('neither address nor header, nor a credential that the API repeats', async () => {
    const api = await startApi(({ headers }) => ({
      status: 403,
      headers: { 'x-internal': 'node-7', 'content-type': 'text/plain', server: 'secret-server' },
      body: `no access at http://127.0.0.1:${api.port}/v1 (127.0.0.1:${api.port}) with ${headers.authorization} or key of-the-base`,
    }));
    const { client } = await startRest(
      {
        openapi: FILES,
        baseUrl: `${api.url}/v1?key=of-the-base`,
        operations: 'admin',
        forward: ['Authorization'],
      },
      { config: { headers: { set: { Authorization: 'Bearer s3cr3t-t0k3n' } } } },
    );
    const { isError, text } = await call(client, 'admin');
    expect(isError).toBe(true);
    expect(text).toBe('HTTP 403: no access at …/v1 (…) with … or key …');
  });

  test('nor a key as it is written in a URL, in a path, or in Basic', async () => {
    const basic = Buffer.from('billing:correct horse').toString('base64');
    const api = await startApi(({ url, headers }) => ({
      status: 404,
      headers: { 'content-type': 'text/plain' },
      body: `${url} of ${Buffer.from(String(headers.authorization).slice(6), 'base64')}`,
    }));
    const { client } = await startRest(
      {
        openapi: FILES,
        baseUrl: `${api.url}/bot123456:AAF-of-the-bot/v2?key=a%2Fb%2Bc-of-the-base`,
        operations: 'admin',
        forward: ['Authorization'],
      },
      { config: { headers: { set: { Authorization: `Basic ${basic}` } } } },
    );
    expect((await call(client, 'admin')).text).toBe('HTTP 404: /…/v2/admin?key=… of …');
    // It was sent.
    expect(api.seen[0]?.url).toBe('/bot123456:AAF-of-the-bot/v2/admin?key=a%2Fb%2Bc-of-the-base');
  });

  test('a 401 of the API is an error of the tool', async () => {
    const api = await startApi(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer resource_metadata="http://internal/"' },
    }));
    const { client, gateway } = await startRest(
      { openapi: FILES, baseUrl: api.url, operations: 'admin', forward: ['Authorization'] },
      { config: { headers: { set: { Authorization: 'Bearer wrong' } } } },
    );
    expect(await call(client, 'admin')).toMatchObject({ isError: true, text: 'HTTP 401' });
    expect(gateway.errors).toEqual([]);
  });

  test('an API that cannot be reached, without its address and the code of the error', async () => {
    const told: unknown[] = [];
    const { client } = await startRest({
      openapi: FILES,
      // Nobody listens on the port of `tcpmux`.
      baseUrl: 'http://127.0.0.1:1/',
      operations: 'admin',
      onError: (error, context) =>
        told.push([(error as Error & { cause: unknown }).cause, context]),
    });
    expect(await call(client, 'admin')).toMatchObject({
      isError: true,
      text: 'The API cannot be reached. Try again later.',
    });
    expect(told).toEqual([[expect.objectContaining({ code: 'ECONNREFUSED' }), { tool: 'admin' }]]);
  });
});
