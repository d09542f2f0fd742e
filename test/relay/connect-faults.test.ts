import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { closedPort } from '../support/closed-port.ts';
import { startGateway } from '../support/gateway.ts';
import { testOnIpv6 } from '../support/ipv6.ts';
import { atTestEnd, listenOn } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';

const METHODS = ['POST', 'GET', 'DELETE'] as const;

/** A listener whose queue of connections is full and never emptied: it answers no SYN any more. */
async function blackHole(): Promise<number> {
  const forever = new SharedArrayBuffer(4);
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(workerData), 0, 0);
     });`,
    { eval: true, workerData: forever },
  );
  const [port] = (await once(worker, 'message')) as [number];
  const fillers = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  atTestEnd(async () => {
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
  // Linux queues one more than the backlog.
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));
  return port;
}

describe('nobody listens', () => {
  test.each(METHODS)('%s is 502', async (method) => {
    const gateway = await startGateway({ target: `http://127.0.0.1:${await closedPort()}/up/mcp` });

    expectFailure(await send(gateway.port, { method }), 'upstream_unreachable', gateway);
  });

  test('over TLS as well', async () => {
    const gateway = await startGateway({
      target: `https://127.0.0.1:${await closedPort()}/up/mcp`,
    });

    expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);
  });

  test('the next request meets the upstream once it is there', async () => {
    const port = await closedPort();
    const gateway = await startGateway({ target: `http://127.0.0.1:${port}/` });
    expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);

    const server = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    });
    atTestEnd(() => void server.close());
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');

    expect(await send(gateway.port)).toMatchObject({ status: 200, complete: true });
  });
});

describe('the name of the upstream cannot be resolved', () => {
  test.each(METHODS)('%s is 502', async (method) => {
    // Too long to be a name at all (RFC 1035 section 2.3.4), so that no name server is asked.
    const gateway = await startGateway({ target: `http://${'x'.repeat(64)}.invalid/up/mcp` });

    expectFailure(await send(gateway.port, { method }), 'upstream_unreachable', gateway);
  });
});

describe('the connection is never made', () => {
  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux.each(METHODS)('%s is 504 when `connect` is over', async (method) => {
    const gateway = await startGateway({
      target: `http://127.0.0.1:${await blackHole()}/up/mcp`,
      timeout: { connect: 150, response: false },
    });

    expectFailure(await send(gateway.port, { method }), 'upstream_timeout', gateway);
  });

  test.each(METHODS)('%s is 504 when the TLS handshake is never answered', async (method) => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({
      target: `https://127.0.0.1:${upstream.port}/up/mcp`,
      timeout: { connect: 150, response: false },
    });

    expectFailure(await send(gateway.port, { method }), 'upstream_timeout', gateway);
    await (await upstream.connection(0)).closed();
  });
});

test('the client leaves while the upstream is being connected to', async () => {
  const upstream = await rawUpstream();
  const gateway = await startGateway({ target: `https://127.0.0.1:${upstream.port}/` });
  const client = (await rawClient(gateway.port)).send(rawRequest());
  const connection = await upstream.connection(0);

  client.socket.destroy();

  await connection.closed();
  expect(gateway.errors).toEqual([]);
});

testOnIpv6('an IPv6 target keeps its port and its query', async () => {
  const seen: unknown[] = [];
  const server = createHttpServer(({ method, url, headers: { host } }, res) => {
    seen.push({ method, url, host });
    res.end('{}');
  });
  const port = await listenOn(server, '::1');
  const gateway = await startGateway({ target: `http://[::1]:${port}/up/mcp?a=1&b=%20` });

  expect(await send(gateway.port)).toMatchObject({ status: 200, complete: true });
  expect(seen).toEqual([{ method: 'POST', url: '/up/mcp?a=1&b=%20', host: `[::1]:${port}` }]);
});
