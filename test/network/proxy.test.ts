import type { Socket } from 'node:net';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Authority, describeWithCertificates } from '../support/certificates.ts';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { post, send } from '../support/client/send.ts';
import { closedPort } from '../support/closed-port.ts';
import { holdTimers } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { secureUpstream } from '../support/secure-upstream.ts';
import { serve, serveRaw } from '../support/servers.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { forwardProxy } from './support/forward-proxy.ts';

const CALL = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

describeWithCertificates('a target at https: behind a proxy', () => {
  let authority: Authority;

  beforeAll(() => {
    authority = new Authority('Private authority');
  });

  test('is reached through one tunnel, which is kept', async () => {
    const upstream = await secureUpstream(authority.issue('mcp.example'));
    const proxy = await forwardProxy();
    const { port } = await startGateway({
      target: `https://mcp.example:${upstream.port}/up/mcp?a=1`,
      tls: { ca: authority.cert },
      proxy: proxy.url,
    });

    for (const body of [CALL, `{"a":"${'x'.repeat(300_000)}"}`, '{"three":3}']) {
      expect(await post(port, body)).toMatchObject({ status: 200, complete: true, body });
    }
    expect(proxy.asked).toEqual([`CONNECT mcp.example:${upstream.port}`]);
    expect(proxy.headers).toEqual([{ host: `mcp.example:${upstream.port}` }]);
    expect(proxy.connections()).toBe(1);
    expect(upstream.connections).toEqual([{ servername: 'mcp.example', client: undefined }]);
    expect(upstream.seen[0]).toBe(`mcp.example:${upstream.port} /up/mcp?a=1 ${CALL}`);
  });

  test('streams through it, and the tunnel goes with the client', async () => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const proxy = await forwardProxy();
    const { port } = await startGateway({
      target: `https://localhost:${upstream.port}/`,
      tls: { ca: authority.cert },
      proxy: proxy.url,
    });
    const client = (await rawClient(port)).send(rawRequest({ method: 'GET' }));
    await client.has(/data: begun/);
    expect(proxy.open()).toBe(1);

    client.socket.destroy();

    await proxy.left();
  });

  test('gets no credentials of the proxy', async () => {
    const seen: unknown[] = [];
    const upstream = await secureUpstream(authority.issue('localhost'));
    upstream.server.prependListener('request', (req) => seen.push(req.rawHeaders));
    const proxy = await forwardProxy();
    const { port } = await startGateway({
      target: `https://localhost:${upstream.port}/`,
      tls: { ca: authority.cert },
      proxy: proxy.url.replace('//', '//agent:p%40ss@'),
    });

    expect(await post(port, CALL)).toMatchObject({ status: 200 });
    const authorization = `Basic ${Buffer.from('agent:p@ss').toString('base64')}`;
    expect(proxy.headers[0]?.['proxy-authorization']).toBe(authorization);
    expect(JSON.stringify(seen)).not.toMatch(/proxy|Basic/i);
  });

  test('may have a proxy that is spoken to over TLS', async () => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const proxy = await forwardProxy({ identity: authority.issue('127.0.0.1') });
    const gateway = await startGateway({
      target: `https://localhost:${upstream.port}/`,
      tls: { ca: authority.cert },
      proxy: proxy.url,
    });

    // tls.ca is for the upstream; what the proxy shows has to be trusted by Node.
    expectFailure(await post(gateway.port, CALL), 'upstream_unreachable', gateway);
    expect(gateway.errors[0]?.cause).toMatchObject({
      message: expect.stringMatching(/^The proxy opened no tunnel: unable to verify/),
    });
    expect(upstream.seen).toEqual([]);
  });

  test('is asked for its certificate within the tunnel', async () => {
    const upstream = await secureUpstream(authority.issue('other.example'));
    const proxy = await forwardProxy();
    const gateway = await startGateway({
      target: `https://localhost:${upstream.port}/`,
      tls: { ca: authority.cert },
      proxy: proxy.url,
    });

    expectFailure(await post(gateway.port, CALL), 'upstream_unreachable', gateway);
    expect(gateway.errors[0]?.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    await proxy.left();
  });

  test('a POST lost on a kept tunnel is not sent again, a DELETE is, over another one', async () => {
    const upstream = await secureUpstream(authority.issue('localhost'));
    const proxy = await forwardProxy();
    const gateway = await startGateway({
      target: `https://localhost:${upstream.port}/`,
      tls: { ca: authority.cert },
      proxy: proxy.url,
    });
    const loseNext = () => {
      upstream.server.prependOnceListener('request', (req) => {
        upstream.seen.push('lost');
        req.socket.destroy();
      });
    };
    expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });

    loseNext();
    expect(await send(gateway.port, { method: 'DELETE' })).toMatchObject({ status: 200 });
    expect(proxy.asked).toHaveLength(2);

    expect(await post(gateway.port, CALL)).toMatchObject({ status: 200 });
    const tunnels = proxy.asked.length;
    loseNext();
    expectFailure(await post(gateway.port, CALL), 'upstream_unreachable', gateway);
    expect(proxy.asked).toHaveLength(tunnels);
  });
});

describe('a proxy that opens no tunnel', () => {
  const target = 'https://mcp.example/mcp';
  const proxyOf = async (act: (socket: Socket) => void) =>
    `http://agent:hidden@127.0.0.1:${(await serveRaw(act)).port}`;

  const answering = (bytes: string) => (socket: Socket) =>
    void socket.once('data', () => socket.end(Buffer.from(bytes, 'latin1')));

  test.each<[string, (socket: Socket) => void, RegExp]>([
    [
      'asks for credentials',
      answering('HTTP/1.1 407 hidden\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\n{}'),
      /it answered 407 Proxy Authentication Required$/,
    ],
    ['refuses', answering('HTTP/1.1 403 No\r\n\r\n<html>no</html>'), /it answered 403 Forbidden$/],
    [
      'cannot reach the target',
      answering('HTTP/1.1 502 No\r\nContent-Type: application/json\r\n\r\n{"result":{}}'),
      /it answered 502 Bad Gateway$/,
    ],
    ['answers with 100', answering('HTTP/1.1 100 Continue\r\n\r\n'), /it answered 100 Continue$/],
    ['redirects', answering('HTTP/1.1 302 No\r\nLocation: /\r\n\r\n'), /it answered 302 Found$/],
    ['answers garbage', answering('SSH-2.0-OpenSSH\r\n'), /Parse Error/],
    [
      'answers with a head that is too large',
      answering(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(9000)}`),
      /Parse Error/,
    ],
    ['closes within its answer', answering('HTTP/1.1 200 Conn'), /socket hang up/],
    ['closes at once', (socket) => void socket.end(), /socket hang up/],
    ['resets', (socket) => void socket.resetAndDestroy(), /ECONNRESET|socket hang up|EPIPE/],
  ])('%s: 502, and what it said is not taken for an answer', async (_what, act, message) => {
    const gateway = await startGateway({ target, proxy: await proxyOf(act) });

    const answer = await post(gateway.port, CALL);

    const [error] = gateway.errors;
    const cause = error?.cause as Error;
    expect(cause).toMatchObject({ code: 'ERR_PROXY_NO_TUNNEL' });
    expect(cause.message).toMatch(message);
    expect(Object.keys(cause)).toEqual(['code']);
    expect([error?.stack, cause.stack, answer.head].join()).not.toMatch(/hidden|YWdlbnQ/);
    expectFailure(answer, 'upstream_unreachable', gateway);
  });

  test('is not there: 502', async () => {
    const proxy = `http://127.0.0.1:${await closedPort()}`;
    const gateway = await startGateway({ target, proxy });

    expectFailure(await post(gateway.port, CALL), 'upstream_unreachable', gateway);
    expect(gateway.errors[0]?.cause).toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each(['POST', 'GET', 'DELETE'])(
    'says nothing: %s is 504 when `connect` is over, and it is left',
    async (method) => {
      const proxy = await rawUpstream();
      const gateway = await startGateway({
        target,
        proxy: `http://127.0.0.1:${proxy.port}`,
        timeout: { connect: 150, response: false },
      });

      expectFailure(await send(gateway.port, { method }), 'upstream_timeout', gateway);
      await (await proxy.connection(0)).closed();
    },
  );

  test('does not speak TLS where it should: 504 when `connect` is over', async () => {
    const proxy = await rawUpstream();
    const gateway = await startGateway({
      target,
      proxy: `https://127.0.0.1:${proxy.port}`,
      timeout: { connect: 150, response: false },
    });

    expectFailure(await send(gateway.port), 'upstream_timeout', gateway);
    await (await proxy.connection(0)).closed();
  });

  test('opens one to nobody: 504 when `connect` is over, and it is left', async () => {
    holdTimers();
    const proxy = await rawUpstream((connection) => {
      connection.has(/\r\n\r\n/).then(
        () => connection.socket.write('HTTP/1.1 200 OK\r\n\r\n'),
        () => {},
      );
    });
    const gateway = await startGateway({
      target,
      proxy: `http://127.0.0.1:${proxy.port}`,
      timeout: { connect: 300, response: false },
    });
    const answer = send(gateway.port);
    const connection = await proxy.connection(0);
    await connection.has(/\r\n\r\n./s);
    // A TLS handshake record.
    expect(connection.received).toContain('\r\n\r\n\x16\x03');

    jest.advanceTimersByTime(300);
    expectFailure(await answer, 'upstream_timeout', gateway);
    await connection.closed();
  });

  test.each([
    ['before the proxy answers', ''],
    ['within the handshake', 'HTTP/1.1 200 OK\r\n\r\n'],
  ])('the client leaves %s: the proxy is left', async (_when, bytes) => {
    const proxy = await rawUpstream();
    const gateway = await startGateway({ target, proxy: `http://127.0.0.1:${proxy.port}` });
    const client = (await rawClient(gateway.port)).send(rawRequest());
    const connection = await proxy.connection(0);
    await connection.has(/\r\n\r\n/);
    if (bytes !== '') {
      connection.socket.write(bytes);
      await connection.has(/\r\n\r\n./s);
    }

    client.socket.destroy();

    await connection.closed();
    expect(gateway.errors).toEqual([]);
  });

  test('takes no byte of the body', async () => {
    const proxy = await rawUpstream((connection) => {
      connection.has(/\r\n\r\n/).then(
        () => connection.socket.end('HTTP/1.1 403 No\r\n\r\n'),
        () => {},
      );
    });
    const gateway = await startGateway({ target, proxy: `http://127.0.0.1:${proxy.port}` });

    await post(gateway.port, CALL);

    expect(proxy.connections[0]?.received).toMatch(/^CONNECT mcp\.example:443 HTTP\/1\.1\r\n/);
    expect(proxy.connections[0]?.received).not.toContain('jsonrpc');
  });
});

describe('a target at http: behind a proxy', () => {
  test('is named in each request, over one connection', async () => {
    const { port, seen } = await recordingUpstream();
    const proxy = await forwardProxy();
    const gateway = await startGateway({
      target: `http://mcp.example:${port}/up/mcp?a=1&b=%20`,
      proxy: proxy.url.replace('//', '//agent:open@'),
    });

    for (const method of ['POST', 'DELETE', 'POST']) {
      expect(await send(gateway.port, { method })).toMatchObject({ status: 200 });
    }
    const url = `http://mcp.example:${port}/up/mcp?a=1&b=%20`;
    expect(proxy.asked).toEqual([`POST ${url}`, `DELETE ${url}`, `POST ${url}`]);
    expect(proxy.connections()).toBe(1);
    expect(proxy.headers[0]).toMatchObject({
      host: `mcp.example:${port}`,
      'proxy-authorization': `Basic ${Buffer.from('agent:open').toString('base64')}`,
    });
    expect(seen.map(({ url: path }) => path)).toEqual(Array(3).fill('/up/mcp?a=1&b=%20'));
    expect(seen[0]?.headers.host).toBe(`mcp.example:${port}`);
    expect(JSON.stringify(seen)).not.toMatch(/proxy-authorization/i);
  });

  test('and the port of its protocol is named without it', async () => {
    const asked: unknown[] = [];
    const { port } = await serve((req, res) => {
      asked.push([req.url, req.headers.host]);
      res.end('{}');
    });
    const gateway = await startGateway({
      target: 'http://mcp.example/mcp',
      proxy: `http://127.0.0.1:${port}`,
    });

    expect(await send(gateway.port)).toMatchObject({ status: 200 });
    expect(asked).toEqual([['http://mcp.example/mcp', 'mcp.example']]);
  });

  test('answers by the proxy where that answers in its place', async () => {
    const { port } = await serve((_req, res) => res.writeHead(502).end('no route'));
    const gateway = await startGateway({
      target: 'http://mcp.example/mcp',
      proxy: `http://127.0.0.1:${port}`,
    });

    expect(await send(gateway.port)).toMatchObject({ status: 502, body: 'no route' });
  });

  test('is 504 where the proxy is never connected to', async () => {
    const proxy = await rawUpstream();
    const gateway = await startGateway({
      target: 'http://mcp.example/mcp',
      proxy: `https://127.0.0.1:${proxy.port}`,
      timeout: { connect: 150, response: false },
    });

    expectFailure(await send(gateway.port), 'upstream_timeout', gateway);
    await (await proxy.connection(0)).closed();
  });
});

test('gateways share no connection unless they go the same way', async () => {
  const { port } = await recordingUpstream();
  const proxies = [await forwardProxy(), await forwardProxy()];
  const target = `http://mcp.example:${port}/`;
  const gateways = await Promise.all(
    proxies.map(({ url }) => startGateway({ target, proxy: url })),
  );

  for (let round = 0; round < 2; round += 1) {
    for (const gateway of gateways) {
      expect(await send(gateway.port)).toMatchObject({ status: 200 });
    }
  }

  expect(proxies.map((proxy) => [proxy.asked.length, proxy.connections()])).toEqual([
    [2, 1],
    [2, 1],
  ]);
});
