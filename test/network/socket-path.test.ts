import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Authority, describeWithCertificates } from '../support/certificates.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd } from '../support/servers.ts';
import { startGatewayProcess } from '../support/start-gateway-process.ts';

function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'express-mcp-gateway-'));
  atTestEnd(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'mcp.sock');
}

/** Listens on a Unix socket; counts its connections. */
async function listenAt(path: string, server: Server) {
  let connections = 0;
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  atTestEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { connections: () => connections };
}

const seen: string[] = [];
const noting: RequestListener = (req, res) => {
  seen.push(`${req.method} ${req.headers.host} ${req.url}`);
  req.resume().on('end', () => res.end('{}'));
};

test('an upstream on a Unix socket is asked as its target is written, over one connection', async () => {
  const socketPath = newPath();
  const { connections } = await listenAt(socketPath, createServer(noting));
  const gateway = await startGateway({ target: 'http://mcp.internal/up/mcp?a=1', socketPath });

  for (const method of ['POST', 'DELETE', 'POST']) {
    expect(await send(gateway.port, { method })).toMatchObject({ status: 200 });
  }
  expect(seen.splice(0)).toEqual([
    'POST mcp.internal /up/mcp?a=1',
    'DELETE mcp.internal /up/mcp?a=1',
    'POST mcp.internal /up/mcp?a=1',
  ]);
  expect(connections()).toBe(1);
});

test('two gateways with one target and different sockets do not meet', async () => {
  const paths = [newPath(), newPath()];
  const counts = await Promise.all(paths.map((path) => listenAt(path, createServer(noting))));
  const gateways = await Promise.all(
    paths.map((socketPath) => startGateway({ target: 'http://mcp.internal/', socketPath })),
  );

  for (const { port } of [...gateways, ...gateways]) {
    expect(await send(port)).toMatchObject({ status: 200 });
  }
  expect(counts.map(({ connections }) => connections())).toEqual([1, 1]);
});

test('nobody is there: 502', async () => {
  const gateway = await startGateway({ target: 'http://mcp.internal/', socketPath: newPath() });

  expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);
  expect(gateway.errors[0]?.cause).toMatchObject({ code: 'ENOENT' });
});

test('a proxy of the environment has nothing to do with it', async () => {
  const socketPath = newPath();
  await listenAt(socketPath, createServer(noting));
  const told = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: 'http://127.0.0.1:1' };
  const gateway = await startGatewayProcess({ target: 'http://mcp.internal/', socketPath }, told);
  atTestEnd(() => gateway.stop());

  expect(await send(gateway.port)).toMatchObject({ status: 200 });
});

describeWithCertificates('TLS over a Unix socket', () => {
  test('goes by the name of the target', async () => {
    const authority = new Authority('Private authority');
    const socketPath = newPath();
    const server = createSecureServer(authority.issue('mcp.internal'), noting);
    server.on('tlsClientError', () => {});
    await listenAt(socketPath, server);
    const tls = { ca: authority.cert };
    const named = await startGateway({ target: 'https://mcp.internal/', socketPath, tls });
    const other = await startGateway({ target: 'https://other.example/', socketPath, tls });

    expect(await send(named.port)).toMatchObject({ status: 200 });
    expectFailure(await send(other.port), 'upstream_unreachable', other);
    expect(other.errors[0]?.cause).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});
