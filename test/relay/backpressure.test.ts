import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { type Pour, pour, stuck } from '../support/pour.ts';
import { atTestEnd } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';

const MB = 1024 * 1024;

/** More than all buffers on the way together, those of the kernel included, by a wide margin. */
const UNLIMITED = 1024 * MB;
/** The kernel may keep some 20 MB of a loopback connection in two legs; the gateway next to none. */
const BUFFERED = 64 * MB;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: ';

/** A client that sends `bytes` and never reads. */
async function deafClient(port: number, bytes: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  atTestEnd(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** The gateway's own end of its next connection. */
function nextConnection(server: Server): Promise<[Socket]> {
  return once(server, 'connection') as Promise<[Socket]>;
}

describe('a client that does not read stops the upstream', () => {
  test.each(['GET', 'POST'])(
    '%s: nor does it keep either connection after `idle`',
    async (method) => {
      for (const type of ['text/event-stream', 'application/json']) {
        const poured = Promise.withResolvers<Pour>();
        const upstream = await rawUpstream(
          onHead((socket) => {
            socket.write(`${HEAD}${type}\r\n\r\n`);
            poured.resolve(pour(socket, UNLIMITED));
          }),
        );
        const gateway = await startGateway({ target: upstream.target, timeout: { idle: 300 } });
        const accepted = nextConnection(gateway.server);
        await deafClient(gateway.port, rawRequest({ method }));
        const [toClient] = await accepted;
        const gone = once(toClient, 'close');

        const { taken, done } = await poured.promise;
        expect(taken).toBeLessThan(BUFFERED);
        expect(await done).toBe(false);
        expect((await poured.promise).taken).toBeLessThan(BUFFERED);
        await gone;
      }
    },
  );

  test('the last bytes of an answer that is whole do not keep the connection either', async () => {
    const size = 16 * MB;
    const upstream = await rawUpstream(
      onHead((socket) => {
        socket.write(`${HEAD}application/json\r\nContent-Length: ${size}\r\n\r\n`);
        socket.write(Buffer.alloc(size));
      }),
    );
    const gateway = await startGateway({ target: upstream.target, timeout: { idle: 300 } });
    const accepted = nextConnection(gateway.server);
    await deafClient(gateway.port, rawRequest());
    const [toClient] = await accepted;

    await once(toClient, 'close');

    await upstream.connections[0]?.closed();
  });

  test('and when it leaves, the upstream that waits for it is let go', async () => {
    const poured = Promise.withResolvers<Pour>();
    const upstream = await rawUpstream(
      onHead((socket) => {
        socket.write(`${HEAD}text/event-stream\r\n\r\n`);
        poured.resolve(pour(socket, UNLIMITED));
      }),
    );
    const gateway = await startGateway({ target: upstream.target });
    const client = await deafClient(gateway.port, rawRequest({ method: 'GET' }));
    const answer = await poured.promise;
    await stuck(answer);

    client.destroy();

    expect(await answer.done).toBe(false);
    expect(answer.taken).toBeLessThan(BUFFERED);
    expect(gateway.errors).toEqual([]);
  });

  test('one that reads slowly gets every byte', async () => {
    const size = 32 * MB;
    const upstream = await rawUpstream(
      onHead((socket) => {
        socket.write(`${HEAD}application/json\r\nContent-Length: ${size}\r\n\r\n`);
        pour(socket, size);
      }),
    );
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.socket.on('data', () => {
      client.socket.pause();
      setImmediate(() => client.socket.resume());
    });

    client.send(rawRequest());
    await client.closed();

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: true });
    expect(gateway.errors).toEqual([]);
  });
});

describe('an upstream that does not read stops the client', () => {
  const UPLOAD = 'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  test.each([
    ['by length', `Content-Length: ${UNLIMITED}\r\n\r\n`],
    ['by chunks', `Transfer-Encoding: chunked\r\n\r\n${UNLIMITED.toString(16)}\r\n`],
  ])('%s: it is 504 when `response` is over', async (_name, framing) => {
    holdTimers();
    const called = Promise.withResolvers<IncomingMessage>();
    const { target } = await startEndpoint((req, _res) => called.resolve(req));
    const gateway = await startGateway({
      target,
      bodyLimit: false,
      timeout: { response: 300 },
    });
    const client = (await rawClient(gateway.port)).send(UPLOAD + framing);

    const upload = pour(client.socket, UNLIMITED);
    const req = await called.promise;
    const text = await inHeldTime(client.has(/\}\}/));
    const { taken } = upload;
    client.socket.destroy();

    expect(text).toMatch(/^HTTP\/1\.1 504 .*"upstream_timeout"/s);
    expect(taken).toBeLessThan(BUFFERED);
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_timeout']);
    await finished(req.on('error', () => {}).resume()).catch(() => {});
    expect(req.complete).toBe(false);
  });

  test('one that reads slowly gets every byte', async () => {
    const size = 32 * MB;
    let got = 0;
    const { target } = await startEndpoint(async (req, res) => {
      for await (const chunk of req) {
        got += chunk.length;
        await new Promise(setImmediate);
      }
      res.end('{}');
    });
    const gateway = await startGateway({ target, bodyLimit: false });
    const client = await rawClient(gateway.port);

    client.send(`${UPLOAD}Content-Length: ${size}\r\n\r\n`);
    expect(await pour(client.socket, size).done).toBe(true);
    await client.has(/\{\}/);

    expect(client.statuses).toEqual([200]);
    expect(got).toBe(size);
  });
});

describe('an event of 10 MB is on its way before it ends', () => {
  test.each(['GET', 'POST'])('%s', async (method) => {
    const upstream = await rawUpstream(
      onHead((socket) => socket.write(`${HEAD}text/event-stream\r\n\r\ndata: `)),
    );
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    let got = 0;
    client.socket.on('data', (bytes) => {
      got += bytes.length;
    });
    client.send(rawRequest({ method }));
    await client.has(/data: /);

    const { socket } = await upstream.connection(0);
    const part = Buffer.alloc(MB, 'x');
    for (let i = 1; i <= 10; i++) {
      socket.write(part);
      while (got < i * MB && client.ending === undefined) await once(client, 'change');
      expect(got).toBeGreaterThan(i * MB);
    }
    socket.end('\n\n');
    await client.closed();

    const answer = readAnswer(client);
    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer?.bytes.length).toBe('data: '.length + 10 * MB + 2);
    expect(answer?.bytes.subarray(-3).toString()).toBe('x\n\n');
  });
});
