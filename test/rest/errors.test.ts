import { describe, expect, jest, test } from '@jest/globals';
import {
  type ApiAnswer,
  call,
  document,
  ERAS,
  startApi,
  startRest,
} from './support/rest-gateway.ts';

const OPENAPI = document({ '/a': { get: { operationId: 'a' } } });
const text = { 'content-type': 'text/plain' };

describe.each(ERAS)(
  'an answer that is no success is an error of the tool: the era with %s',
  (_, mode) => {
    test.each<[what: string, answer: ApiAnswer, told: string]>([
      [
        'a problem document',
        {
          status: 409,
          headers: { 'content-type': 'application/problem+json' },
          body: {
            type: 'https://x/y',
            title: 'Conflict',
            detail: 'Order 7 is shipped.',
            trace: 'internal',
          },
        },
        'HTTP 409: Conflict: Order 7 is shipped.',
      ],
      ['a title alone', { status: 400, body: { title: 'Bad' } }, 'HTTP 400: Bad'],
      ['other JSON', { status: 422, body: { error: 'no item' } }, 'HTTP 422: {"error":"no item"}'],
      ['a text', { status: 500, headers: text, body: ' It broke.\n' }, 'HTTP 500: It broke.'],
      [
        'of a page for people its title',
        {
          status: 502,
          headers: { 'content-type': 'text/html' },
          body: '<html><head><title>502 Bad Gateway</title></head><body>at /srv/app.js:3</body></html>',
        },
        'HTTP 502: 502 Bad Gateway',
      ],
      [
        'a page without a title',
        {
          status: 500,
          headers: { 'content-type': 'text/html' },
          body: '<pre>Error: at /srv</pre>',
        },
        'HTTP 500',
      ],
      [
        'a text that says it is a page, as Express sends it',
        {
          status: 404,
          headers: { 'content-type': 'text/html; charset=utf-8' },
          body: 'No such order',
        },
        'HTTP 404: No such order',
      ],
      [
        'a page of titles that do not end',
        {
          status: 500,
          headers: { 'content-type': 'text/html' },
          body: '<title'.repeat(300_000),
        },
        'HTTP 500',
      ],
      ['what has not changed', { status: 304 }, 'HTTP 304'],
      ['bytes', { status: 500, headers: { 'content-type': 'image/png' }, body: 'x' }, 'HTTP 500'],
      ['nothing', { status: 404 }, 'HTTP 404'],
      ['a 401', { status: 401, headers: { 'www-authenticate': 'Bearer realm="x"' } }, 'HTTP 401'],
      [
        'seconds to wait',
        { status: 429, headers: { ...text, 'retry-after': '17' }, body: 'Slow down' },
        'HTTP 429: Slow down. Try again in 17 seconds.',
      ],
      ['no seconds to wait', { status: 429, headers: { 'retry-after': 'soon' } }, 'HTTP 429'],
      [
        'a service that is away',
        { status: 503, headers: { 'retry-after': '5' } },
        'HTTP 503. Try again in 5 seconds.',
      ],
      ['seconds that do not matter', { status: 500, headers: { 'retry-after': '5' } }, 'HTTP 500'],
    ])('%s', async (_what, answer, told) => {
      const api = await startApi(() => answer);
      const { client, gateway } = await startRest(
        { openapi: OPENAPI, baseUrl: api.url, operations: 'a' },
        { mode },
      );
      expect(await call(client, 'a')).toMatchObject({ isError: true, text: told });
      expect(api.seen).toHaveLength(1);
      expect(gateway.errors).toEqual([]);
    });
  },
);

test('of a long text, the first kilobyte is told', async () => {
  const api = await startApi(() => ({ status: 500, headers: text, body: 'é'.repeat(5000) }));
  const { client } = await startRest({ openapi: OPENAPI, baseUrl: api.url, operations: 'a' });
  expect((await call(client, 'a')).text).toBe(`HTTP 500: ${'é'.repeat(1024)}…`);
});

test('wrong arguments are an error of the tool, which says what is wrong, and nothing is sent', async () => {
  const openapi = document({
    '/a': {
      get: {
        operationId: 'a',
        parameters: [
          { name: 'n', in: 'query', required: true, schema: { type: 'integer', maximum: 10 } },
        ],
      },
    },
  });
  const api = await startApi();
  const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
  for (const [args, why] of [
    [{}, 'they lack "n"'],
    [{ n: '1' }, '/n must be integer'],
    [{ n: 11 }, '/n must be <= 10'],
    [{ n: 1, m: 2 }, 'they may not have "m"'],
  ] as const) {
    expect(await call(client, 'a', args)).toMatchObject({
      isError: true,
      text: `The arguments are wrong: ${why}. Correct them and call it again.`,
    });
  }
  expect(api.seen).toEqual([]);
});

test('arguments that are nested too deep are wrong, and no failure of the tool', async () => {
  const openapi = document({
    '/a': {
      post: {
        operationId: 'a',
        requestBody: { content: { 'application/json': { schema: {} } } },
      },
    },
  });
  const api = await startApi();
  const told: unknown[] = [];
  const onError = (error: unknown) => told.push(error);
  const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'a', onError });
  const deep = JSON.parse('['.repeat(300) + ']'.repeat(300));
  expect(await call(client, 'a', { body: deep })).toMatchObject({
    isError: true,
    text: expect.stringContaining('they are nested too deep'),
  });
  expect([api.seen, told]).toEqual([[], []]);
});

test('a tool that there is not is an error of MCP, as with any server', async () => {
  const { url } = await startApi();
  const { client } = await startRest({ openapi: OPENAPI, baseUrl: url, operations: 'a' });
  await expect(call(client, 'b')).rejects.toMatchObject({ code: -32602 });
  await expect(call(client, 'constructor')).rejects.toMatchObject({ code: -32602 });
});

test('without onError, what keeps from the API is a warning once, and its address is not in it', async () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { client } = await startRest({
    openapi: OPENAPI,
    baseUrl: 'http://127.0.0.1:1/secret',
    operations: 'a',
  });
  for (let i = 0; i < 3; i++) expect((await call(client, 'a')).isError).toBe(true);
  expect(warn.mock.calls).toEqual([
    [
      'MCP gateway "restTools": 502 upstream_unreachable (ECONNREFUSED). This is told once for each reason; set onError of restTools to hear of every failure.',
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_FAILURE' },
    ],
  ]);
  warn.mockRestore();
});

test('an onError that throws changes nothing', async () => {
  const { client } = await startRest({
    openapi: OPENAPI,
    baseUrl: 'http://127.0.0.1:1/',
    operations: 'a',
    onError() {
      throw new Error('of the app');
    },
  });
  expect((await call(client, 'a')).isError).toBe(true);
});
