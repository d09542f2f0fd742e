import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd, listenOn } from '../support/servers.ts';
import { startGatewayProcess } from '../support/start-gateway-process.ts';
import { rawUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const directory = mkdtempSync(join(tmpdir(), 'express-mcp-gateway-'));
const keyFile = join(directory, 'key.pem');
const certFile = join(directory, 'cert.pem');

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A certificate for `localhost` that nobody has signed but itself; false where there is no openssl. */
function createCertificate(): boolean {
  const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  try {
    const args = ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...name];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('Skipped: upstreams with a certificate (openssl makes none here)\n');
    return false;
  }
}

/** An HTTPS server with that certificate. */
async function httpsUpstream() {
  const seen: string[] = [];
  let connections = 0;
  const key = readFileSync(keyFile);
  const server = createServer({ key, cert: readFileSync(certFile) }, (req, res) => {
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      seen.push(`${req.method} ${req.url} ${body}`);
      const isStream = req.method === 'GET';
      res.setHeader('Content-Type', isStream ? 'text/event-stream' : 'application/json');
      if (isStream) res.write('data: begun\n\n');
      else res.end(body);
    });
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.on('tlsClientError', () => {});
  const port = await listenOn(server);
  return { port, seen, connections: () => connections };
}

/** A gateway that trusts that certificate. */
async function trustingGateway(target: string) {
  const gateway = await startGatewayProcess({ target }, { NODE_EXTRA_CA_CERTS: certFile });
  atTestEnd(() => gateway.stop());
  return gateway;
}

(createCertificate() ? describe : describe.skip)('an upstream with a certificate', () => {
  test('that nobody trusts is 502, and sees no request', async () => {
    const upstream = await httpsUpstream();
    const observe = witness();
    const target = `https://localhost:${upstream.port}/up/mcp`;
    const gateway = await startGateway({ target, observe });

    expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);
    expect(upstream.seen).toEqual([]);
    expect((await observe.record()).detail).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  test('for another name is 502, and sees no request', async () => {
    const upstream = await httpsUpstream();
    const gateway = await trustingGateway(`https://127.0.0.1:${upstream.port}/up/mcp`);

    const answer = await send(gateway.port);

    const errors = await gateway.told(1);
    expectFailure(answer, 'upstream_unreachable', { errors });
    expect(upstream.seen).toEqual([]);
    expect(gateway.uncaught).toEqual([]);
  });

  test('that is trusted is an upstream like any other', async () => {
    const upstream = await httpsUpstream();
    const gateway = await trustingGateway(`https://localhost:${upstream.port}/up/mcp?a=1`);

    for (const body of ['{"one":1}', '{"two":2}']) {
      const answer = await send(gateway.port, { body });
      expect(answer).toMatchObject({ status: 200, complete: true });
      expect(answer.body).toBe(body);
    }
    const client = (await rawClient(gateway.port)).send(rawRequest({ method: 'GET' }));
    await client.has(/data: begun/);

    expect(upstream.seen).toEqual([
      'POST /up/mcp?a=1 {"one":1}',
      'POST /up/mcp?a=1 {"two":2}',
      'GET /up/mcp?a=1 ',
    ]);
    // A handshake costs more than a request: the connection is kept.
    expect(upstream.connections()).toBe(1);
    expect(await gateway.told(0)).toEqual([]);
    expect(gateway.uncaught).toEqual([]);
  });
});

describe('an upstream that does not speak TLS', () => {
  test.each([
    ['answers in the clear', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'],
    ['answers with an alert', '\x15\x03\x03\x00\x02\x02\x28'],
    ['closes', ''],
  ])('one that %s is 502, and is told nothing in the clear', async (_name, bytes) => {
    const upstream = await rawUpstream((connection) => {
      connection.once('bytes', () => connection.socket.end(Buffer.from(bytes, 'latin1')));
    });
    const gateway = await startGateway({ target: `https://127.0.0.1:${upstream.port}/up/mcp` });

    const answer = readAnswer(await exchange(gateway.port, rawRequest()));

    if (answer === undefined) throw new Error('no answer');
    expectFailure(answer, 'upstream_unreachable', gateway);
    expect(upstream.connections).toHaveLength(1);
    // A TLS handshake record, and no request in it.
    const received = upstream.connections[0]?.received ?? '';
    expect(received.slice(0, 2)).toBe('\x16\x03');
    expect(received).not.toMatch(/POST|ping/);
  });
});
