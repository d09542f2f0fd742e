import { beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import type { GatewayConfig } from '../../src/index.ts';
import { type GatewayError, injectHeaders, mcpProxy, upstreamAuth } from '../../src/index.ts';
import { Authority, describeWithCertificates } from '../support/certificates.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { secureUpstream } from '../support/secure-upstream.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { forwardProxy } from './support/forward-proxy.ts';

const headers = { host: 'mcp.internal:8000' };

test.each(['POST', 'GET', 'DELETE'])('the upstream sees headers.host: %s', async (method) => {
  const { target, seen, host } = await recordingUpstream();
  const gateway = await startGateway({ target, headers });
  const plain = await startGateway({ target });

  for (const { port } of [gateway, plain]) {
    expect(await send(port, { method })).toMatchObject({ status: 200 });
  }
  expect(seen.map((request) => request.headers.host)).toEqual(['mcp.internal:8000', host]);
  expect(seen[0]?.rawHeaders.filter((name) => /^host$/i.test(name))).toHaveLength(1);
});

test('a handler in this process sees it as well', async () => {
  const seen: unknown[] = [];
  const target: GatewayConfig['target'] = (req, res) => {
    seen.push(req.headers.host);
    res.end('{}');
  };
  const gateway = await startGateway({ target, headers });

  expect(await send(gateway.port)).toMatchObject({ status: 200 });
  expect(seen).toEqual(['mcp.internal:8000']);
});

test('of injectHeaders in front of mcpProxy, the last one counts', async () => {
  const { target, seen } = await recordingUpstream();
  const app = express();
  app.use(injectHeaders({ host: 'first.internal' }));
  app.use(injectHeaders({ host: 'second.internal' }), injectHeaders({ set: { 'X-A': '1' } }));
  app.use(mcpProxy({ target }));
  const { port } = await serve(app);

  expect(await send(port)).toMatchObject({ status: 200 });
  expect(seen[0]?.headers).toMatchObject({ host: 'second.internal', 'x-a': '1' });
});

test('the client has no say in it', async () => {
  const { target, seen } = await recordingUpstream();
  const gateway = await startGateway({ target, headers });

  await send(gateway.port, { headers: ['X-Forwarded-Host: evil', 'Forwarded: host=evil'] });

  expect(seen[0]?.headers.host).toBe('mcp.internal:8000');
});

test('the metadata of an upstream with OAuth is asked for under it, too', async () => {
  const seen: unknown[] = [];
  const { port: upstream } = await serve((req, res) => {
    seen.push([req.url, req.headers.host]);
    res.setHeader('Content-Type', 'application/json');
    res.end('{"resource":"https://mcp.internal/","authorization_servers":["https://idp.example"]}');
  });
  const { port } = await startGateway({
    target: `http://127.0.0.1:${upstream}/mcp`,
    publicUrl: 'https://gateway.example/mcp',
    auth: upstreamAuth(),
    headers,
  });

  await fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource/mcp`);

  expect(seen).toEqual([['/.well-known/oauth-protected-resource/mcp', 'mcp.internal:8000']]);
});

describeWithCertificates('over TLS', () => {
  let authority: Authority;

  beforeAll(() => {
    authority = new Authority('Private authority');
  });

  test('the name that is asked for is that of the target, or tls.servername', async () => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const tls = { ca: authority.cert };
    const byTarget = await startGateway({
      target: `https://localhost:${upstream.port}/`,
      tls,
      headers,
    });
    const byName = await startGateway({
      target: `https://127.0.0.1:${upstream.port}/`,
      tls: { ...tls, servername: 'localhost' },
      headers: { host: 'localhost' },
    });
    const byAddress = await startGateway({
      target: `https://127.0.0.1:${upstream.port}/`,
      tls,
      headers: { host: 'localhost' },
    });

    for (const { port } of [byTarget, byName]) {
      expect(await send(port)).toMatchObject({ status: 200 });
    }
    // Whatever Host says, it vouches for nobody.
    expectFailure(await send(byAddress.port), 'upstream_unreachable', byAddress);
    const names = upstream.connections.map(({ servername }) => servername);
    expect(names.slice(0, 2)).toEqual(['localhost', 'localhost']);
    expect(upstream.seen.map((request) => request.split(' ')[0])).toEqual([
      'mcp.internal:8000',
      'localhost',
    ]);
  });

  test('gateways that differ in it alone share a connection: it is no part of one', async () => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const app = express();
    const relay = mcpProxy({
      target: `https://localhost:${upstream.port}/`,
      tls: { ca: authority.cert },
    });
    app.use('/a', injectHeaders({ host: 'a.internal' }), relay);
    app.use('/b', injectHeaders({ host: 'b.internal' }), relay);
    const { port } = await serve(app);

    for (const path of ['/a', '/b']) {
      const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'DELETE' });
      expect(status).toBe(200);
    }
    expect(upstream.connections).toHaveLength(1);
    expect(upstream.seen.map((request) => request.split(' ')[0])).toEqual([
      'a.internal',
      'b.internal',
    ]);
  });
});

describe('through a proxy that would replace it', () => {
  test('a request is refused and never sent', async () => {
    const errors: GatewayError[] = [];
    const proxy = await forwardProxy();
    const app = express();
    app.use(injectHeaders({ host: 'mcp.internal' }));
    app.use(
      mcpProxy({
        target: 'http://mcp.example/',
        proxy: proxy.url,
        onError: (error) => errors.push(error),
      }),
    );
    const { port } = await serve(app);

    expect(await send(port)).toMatchObject({ status: 500 });
    expect(errors[0]?.reason).toBe('internal_error');
    expect(String(errors[0]?.cause)).toContain('headers.host');
    expect(proxy.asked).toEqual([]);
  });
});
