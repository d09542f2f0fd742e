import { describe, expect, jest, test } from '@jest/globals';
import express, { type ErrorRequestHandler } from 'express';
import { fromKrakend } from '../../src/exports/krakend.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { base, ENDPOINT, SERVICE, VALIDATOR, withValue } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { runningWith } from './support/running.ts';
import { CALL, send, start } from './support/start.ts';

const MCP = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const CLOSED = { 'validation/cel': [{ check_expr: 'false' }] };

/** A document with these endpoints, in front of an upstream that records. */
async function withEndpoints(endpoints: readonly object[]) {
  const upstream = await recordingUpstream();
  const [first] = (base(`http://${upstream.host}`) as { readonly endpoints: readonly object[] })
    .endpoints;
  const document = { version: 3, endpoints: endpoints.map((own) => ({ ...first, ...own })) };
  return { upstream, document };
}

test.each(['/t/a%2Fb', '/t/a%2fb', '/t/%61%2Fb'])(
  '%s is not the parameter of an open path where a guarded path is meant',
  async (path) => {
    const { document, upstream } = await withEndpoints([
      { endpoint: '/t/{name}' },
      { endpoint: '/t/{name}/b', extra_config: CLOSED },
    ]);
    const { ask } = await start(document);
    expect((await ask({ path })).status).toBe(404);
    expect((await ask({ path: '/t/a/b' })).status).toBe(403);
    expect(upstream.seen).toHaveLength(0);
    expect((await ask({ path: '/t/a%2Fc' })).status).toBe(200);
  },
);

describe('a slash at the end of an endpoint', () => {
  test.each(['/mcp', '/mcp/'])(
    'means nothing to %s, with its headers on refusals',
    async (path) => {
      const { ask, gateways } = await runningWith([
        [[...ENDPOINT, 'endpoint'], '/mcp/'],
        [[...SERVICE, 'security/http'], { allowed_hosts: ['other.example'], frame_deny: true }],
      ]);
      const answer = await ask({ path });
      expect(answer.status).toBe(403);
      expect(answer.headers).toMatchObject({ 'x-frame-options': 'DENY' });
      expect(gateways.map((own) => own.path)).toEqual(['/mcp']);
    },
  );

  test('means nothing to one with parameters', async () => {
    const { ask } = await runningWith([[[...ENDPOINT, 'endpoint'], '/t/{name}/']]);
    expect((await ask({ path: '/t/a' })).status).toBe(200);
    expect((await ask({ path: '/t/a/' })).status).toBe(200);
  });
});

test.each([
  ['/a/:b', /takes :b for a parameter/],
  ['/a:b', /takes a:b for a parameter/],
  ['/{x}/:b', /takes :b for a parameter/],
  ['//mcp', /another path/],
  ['/mcp//', /another path/],
  ['/a/../mcp', /another path/],
  ['/a/./mcp', /another path/],
  ['/mcp/..', /another path/],
])('the path %s is refused', (endpoint, message) => {
  const { problems } = outcomeOf(withValue(base(), [...ENDPOINT, 'endpoint'], endpoint));
  expect(said(problems, 'endpoints[0].endpoint')).toMatch(message);
});

test.each([
  '/MCP',
  '//mcp',
  '/mcp%2f',
  '/mcp%2F',
  '/m%63p',
  '/mcp;a',
  '/mcp//',
  '/mcp/x',
  '/./mcp',
])('no other spelling of a path is served: %s', async (path) => {
  const { ask, upstream } = await runningWith([]);
  expect((await ask({ path })).status).toBe(404);
  expect(upstream.seen).toHaveLength(0);
});

describe('a path with a percent sign that encodes nothing', () => {
  const HEADERS = [[...SERVICE, 'security/http'], { frame_deny: true }] as const;

  async function withParameter() {
    const upstream = await recordingUpstream();
    const at = withValue(base(`http://${upstream.host}`), [...ENDPOINT, 'endpoint'], '/t/{name}');
    const { router } = fromKrakend(withValue(at, ...HEADERS));
    const failed = jest.fn();
    const onError: ErrorRequestHandler = (error, _req, res, _next) => {
      failed(error);
      res.sendStatus(500);
    };
    const { port } = await serve(express().use(router, onError));
    const ask = (path: string) => send(port, { path, headers: MCP, body: CALL });
    return { ask, failed, upstream };
  }

  test.each(['/t/%zz', '/t/%', '/t/a%2', '/t/%ff', '/t/%C3%28', '/t/%zz/'])(
    'has no endpoint, as the gateway says itself: %s',
    async (path) => {
      const { ask, failed, upstream } = await withParameter();
      const { status, headers, body } = await ask(path);
      expect(status).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ error: { data: { reason: 'not_found' } } });
      expect(headers).toMatchObject({ 'x-frame-options': 'DENY' });
      expect(failed).not.toHaveBeenCalled();
      expect(upstream.seen).toHaveLength(0);
    },
  );

  test.each(['/t/%zz/below', '/%zz', '/other/%'])(
    'is left to the app where it is no path of the document: %s',
    async (path) => {
      const { ask, failed } = await withParameter();
      expect((await ask(path)).status).toBe(404);
      expect(failed).not.toHaveBeenCalled();
    },
  );
});

describe('with many endpoints', () => {
  const NUMBERS = Array.from({ length: 20 }, (_item, i) => i);

  test('a request meets the gateway of its path alone', async () => {
    const { document } = await withEndpoints(NUMBERS.map((i) => ({ endpoint: `/${i}/mcp` })));
    const { router, gateways } = fromKrakend(document);
    // Any gateway that was asked below another path would say so.
    const { port } = await serve(express().use('/below', router));
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const path of ['/below/19/mcp', '/below/7/mcp/', '/below/none']) {
      await send(port, { method: 'POST', path, headers: MCP, body: CALL });
    }
    const texts = warn.mock.calls.map(([text]) => String(text));
    warn.mockRestore();
    expect(texts.filter((text) => text.includes('mounted at'))).toEqual([]);
    expect(gateways.map(({ gateway }) => gateway.stats().requests.total)).toEqual(
      NUMBERS.map((i) => (i === 7 || i === 19 ? 1 : 0)),
    );
  });

  test('each has its own metadata', async () => {
    const { document } = await withEndpoints(
      NUMBERS.map((i) => ({
        endpoint: `/${i}/mcp`,
        extra_config: { 'auth/validator': VALIDATOR },
      })),
    );
    const { port } = await start(document, { publicUrl: 'https://gateway.example' });
    for (const i of [0, 19]) {
      const path = `/.well-known/oauth-protected-resource/${i}/mcp`;
      const { body } = await send(port, { method: 'GET', path });
      expect(JSON.parse(body)).toMatchObject({ resource: `https://gateway.example/${i}/mcp` });
    }
  });
});
