import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayError, mcpProxy } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { post, send } from '../support/client/send.ts';
import { express4 } from '../support/express4.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { tenantGateway } from './support/tenants.ts';

const SESSION = 'Mcp-Session-Id';
const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';

async function upstreamAt(path: string) {
  const upstream = await recordingUpstream((_req, res, body) => {
    const begins = body.includes('initialize') ? { [SESSION]: 'one' } : {};
    res.writeHead(200, { 'content-type': 'application/json', ...begins });
    res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const target = `http://127.0.0.1:${upstream.port}${path}`;
  return { target, seen: () => upstream.seen.map(({ method, url }) => `${method} ${url}`) };
}

describe('a parameter of the route stands in the target', () => {
  test.each([
    ['/up/{tenant}/mcp', '/up/acme%20corp/mcp'],
    ['/up/t-{tenant}.v1', '/up/t-acme%20corp.v1'],
    ['/{tenant}/{tenant}', '/acme%20corp/acme%20corp'],
    ['/mcp?key=1&tenant={tenant}&x', '/mcp?key=1&tenant=acme%20corp&x'],
    ['/%7Btenant%7D/mcp', '/acme%20corp/mcp'],
    ['/a%2fb/%7Bx/{tenant}', '/a%2fb/%7Bx/acme%20corp'],
  ])('%s', async (path, filled) => {
    const { target, seen } = await upstreamAt(path);
    const { port } = await tenantGateway(target);
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect(await send(port, { method, path: '/t/acme%20corp/mcp?x=1' })).toMatchObject({
        status: 200,
      });
    }
    expect(seen()).toEqual(['POST', 'GET', 'DELETE'].map((method) => `${method} ${filled}`));
  });

  test.each([
    ['Express 5', express],
    ['Express 4', express4],
  ])('mcpProxy and the gateway, on %s', async (_name, create) => {
    const { target, seen } = await upstreamAt('/{tenant}/mcp');
    const app = create();
    app.use('/proxy/:tenant', mcpProxy({ target }));
    app.use('/gateway/:tenant', createMcpGateway({ target, path: '/' }));
    const { port } = await serve(app);

    const paths = ['/proxy/a', '/gateway/b', '/proxy/..', '/gateway/%2e%2e', '/proxy/%00'];
    const answers = [];
    for (const path of paths) answers.push(await send(port, { path }));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 404]);
    expect(answers.slice(2).map(reasonOf)).toEqual(Array(3).fill('not_found'));
    expect(seen()).toEqual(['POST /a/mcp', 'POST /b/mcp']);
  });

  test('one of several targets', async () => {
    const one = await upstreamAt('/{tenant}/mcp');
    const other = await upstreamAt('/mcp?tenant={tenant}');
    const { port } = await tenantGateway([one.target, other.target]);
    for (let i = 0; i < 20; i++) await post(port, INITIALIZE, { path: '/t/acme/mcp' });
    expect(new Set([...one.seen(), ...other.seen()])).toEqual(
      new Set(['POST /acme/mcp', 'POST /mcp?tenant=acme']),
    );
  });

  test('with parameters of the query behind it, which are never in place of the value', async () => {
    const { target, seen } = await upstreamAt('/mcp?tenant={tenant}');
    const { port } = await tenantGateway(target, { query: { forward: ['tenant', 'folder'] } });
    await send(port, { path: '/t/acme/mcp?tenant=evil&folder=f' });
    expect(seen()).toEqual(['POST /mcp?tenant=acme&folder=f']);
  });
});

describe('what the route has to have', () => {
  test.each([
    ['another parameter', '/t/:other'],
    ['none', '/t'],
    ['an optional one that is not there', '/t{/:tenant}/x'],
  ])('%s: 500, and the cause names the parameter and the fix', async (_name, route) => {
    const { target, seen } = await upstreamAt('/{tenant}/mcp');
    const errors: GatewayError[] = [];
    const onError = (error: GatewayError) => void errors.push(error);
    const app = express().use(route, createMcpGateway({ target, path: '/', onError }));
    const { port } = await serve(app);

    const path = route === '/t/:other' ? '/t/a' : route.replace('{/:tenant}', '');
    const answer = await send(port, { path });

    expect(answer.status).toBe(500);
    expect(reasonOf(answer)).toBe('internal_error');
    expect(String(errors[0]?.cause)).toMatch(
      /\{tenant\}.*'tenant'.*app\.use\('\/:tenant', gateway\)/,
    );
    expect(answer.body).not.toContain('tenant');
    expect(seen()).toEqual([]);
  });

  test('there is no route on node:http', async () => {
    const { target, seen } = await upstreamAt('/{tenant}/mcp');
    const errors: GatewayError[] = [];
    const proxy = mcpProxy({ target, onError: (error) => void errors.push(error) });
    const { port } = await serve((req, res) => proxy(req, res, () => {}));

    expect(await send(port)).toMatchObject({ status: 500 });
    expect(String(errors[0]?.cause)).toContain("the route has no parameter 'tenant'");
    expect(seen()).toEqual([]);
  });

  test.each<[name: string, value: unknown, status: number]>([
    ['a half of a surrogate pair', 'a\ud800', 404],
    ['a list of segments', ['a', 'b'], 404],
    ['a number', 7, 404],
    ['undefined', undefined, 404],
    ['a text', 'b', 200],
  ])('whatever the app makes of it: %s', async (_name, value, status) => {
    const { target, seen } = await upstreamAt('/{tenant}/mcp');
    const app = express().param('tenant', (req, _res, next) => {
      (req.params as Record<string, unknown>).tenant = value;
      next();
    });
    const { port } = await tenantGateway(target, {}, app);

    expect(await send(port, { path: '/t/a/mcp' })).toMatchObject({ status });
    expect(seen()).toEqual(status === 200 ? ['POST /b/mcp'] : []);
  });

  test('names that every object has are no parameters', async () => {
    const { target, seen } = await upstreamAt('/{constructor}/{__proto__}/mcp');
    const { port } = await tenantGateway(target);
    expect(await send(port, { path: '/t/a/mcp' })).toMatchObject({ status: 500 });
    expect(seen()).toEqual([]);
  });

  test('a wildcard is a list of segments: 404', async () => {
    const { target, seen } = await upstreamAt('/{rest}/mcp');
    const { port } = await serve(express().use('/t/*rest', mcpProxy({ target })));
    expect(await send(port, { path: '/t/a/b' })).toMatchObject({ status: 404 });
    expect(seen()).toEqual([]);
  });
});

describe('a session of one tenant does not exist under another', () => {
  test.each([
    ['one target', false],
    ['several', true],
  ])('%s', async (_name, areSeveral) => {
    const { target, seen } = await upstreamAt('/{tenant}/mcp');
    const targets = areSeveral ? [target, target.replace('/mcp', '/mcp2')] : target;
    const auth = () => ({ subject: 'ada' });
    const { port } = await tenantGateway(targets, { auth });
    const begun = await post(port, INITIALIZE, { path: '/t/a/mcp' });
    expect(headerOf(begun, SESSION)).toBe('one');

    const headers = { [SESSION]: 'one' };
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await send(port, { method, path: '/t/b/mcp', headers });
      expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    }
    expect(seen()).toHaveLength(1);
    expect(await send(port, { path: '/t/a/mcp', headers })).toMatchObject({ status: 200 });
    // The same tenant, in another spelling.
    expect(await send(port, { path: '/t/%61/mcp', headers })).toMatchObject({
      status: areSeveral ? 404 : 200,
    });
  });
});
