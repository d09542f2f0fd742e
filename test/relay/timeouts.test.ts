import type { Duplex } from 'node:stream';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { exchange, type RawClient, rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

const TINY = { connect: 500, response: 500, idle: 500 };

// The time of these tests is that of `inHeldTime`, for the gateway and its upstreams alike.
beforeEach(holdTimers);

/** Every `ms` until the connection is gone. */
function every(ms: number, socket: Duplex, act: () => void): void {
  let timer = setTimeout(function again() {
    act();
    timer = setTimeout(again, ms);
  }, ms);
  socket.on('close', () => clearTimeout(timer));
}

/** Writes `bytes` every `ms` until the connection is gone. */
function dribble(bytes: string, ms: number): ReturnType<typeof onHead> {
  return onHead((socket) => every(ms, socket, () => socket.write(bytes)));
}

async function begin(port: number, request: string): Promise<RawClient> {
  return (await rawClient(port)).send(request);
}

describe('an upstream that takes the request and says nothing', () => {
  test.each(['POST', 'DELETE'])('%s is 504 when `response` is over', async (method) => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ target: upstream.target, timeout: TINY });

    expectFailure(await inHeldTime(send(gateway.port, { method })), 'upstream_timeout', gateway);
    await (await upstream.connection(0)).closed();
  });
});

describe('`response` is for the whole head, not for a part of it', () => {
  test.each([
    ['a head that never ends', 'X: y\r\n'],
    ['informational answers without end', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
  ])('%s is 504', async (_name, bytes) => {
    const upstream = await rawUpstream((connection) => {
      if (bytes.startsWith('X')) connection.socket.write(OK);
      dribble(bytes, 20)(connection);
    });
    const gateway = await startGateway({ target: upstream.target, timeout: TINY });

    expectFailure(await inHeldTime(send(gateway.port)), 'upstream_timeout', gateway);
    await (await upstream.connection(0)).closed();
  });
});

test('`connect` ends with the connection: a slower answer is awaited', async () => {
  const upstream = await recordingUpstream((_req, res) => {
    setTimeout(() => res.end('{}'), 600);
  });
  const gateway = await startGateway({ target: upstream.target, timeout: { connect: 500 } });

  expect(await inHeldTime(send(gateway.port))).toMatchObject({ status: 200, complete: true });
  expect(await inHeldTime(send(gateway.port))).toMatchObject({ status: 200, complete: true });
  expect(gateway.errors).toEqual([]);
});

describe('`response` starts when the request is sent whole', () => {
  test('a client may take longer than that to send it', async () => {
    const slow = await recordingUpstream();
    const silent = await rawUpstream();
    const gateway = await startGateway({ target: slow.target, timeout: TINY });
    const clock = await startGateway({ target: silent.target, timeout: TINY });
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const request = rawRequest({ body });
    const client = await begin(gateway.port, request.slice(0, -5));

    // Two timers of the same length have run out, one after the other.
    expect(await inHeldTime(send(clock.port))).toMatchObject({ status: 504 });
    expect(await inHeldTime(send(clock.port))).toMatchObject({ status: 504 });
    client.send(request.slice(-5));
    await client.closed();

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: true });
    expect(slow.seen.map((seen) => seen.body.toString())).toEqual([body]);
    expect(gateway.errors).toEqual([]);
  });
});

describe('a silent GET or event stream outlives every timer', () => {
  /** An upstream that is silent, and another whose every request runs into a timer of that length. */
  async function silence(request: string, beginning: string) {
    const upstream = await rawUpstream(onHead((socket) => socket.write(beginning)));
    const other = await rawUpstream(onHead((socket) => socket.write(`${OK}\r\n{`)));
    const silent = await rawUpstream();
    const timeout = TINY;
    const gateway = await startGateway({ target: upstream.target, timeout });
    const idleClock = await startGateway({ target: other.target, timeout });
    const responseClock = await startGateway({ target: silent.target, timeout });
    const client = await begin(gateway.port, request);
    if (beginning.includes('200')) await client.has(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n/s);

    for (const clock of [responseClock, idleClock, responseClock, idleClock]) {
      await inHeldTime(exchange(clock.port, rawRequest()));
    }
    expect(responseClock.errors).toHaveLength(2);
    expect(idleClock.errors).toHaveLength(2);
    expect(gateway.errors).toEqual([]);
    return { client, gateway, socket: (await upstream.connection(0)).socket };
  }

  test.each(['POST', 'GET'])('%s: an event after the silence arrives', async (method) => {
    const { client, gateway, socket } = await silence(rawRequest({ method }), STREAM);

    socket.end('data: late\n\n');
    await client.closed();

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: true });
    expect(readAnswer(client)?.body).toBe('data: late\n\n');
    expect(gateway.errors).toEqual([]);
  });

  test('GET: the head itself may be that late', async () => {
    const { client, gateway, socket } = await silence(rawRequest({ method: 'GET' }), '');

    socket.end(`${STREAM}data: late\n\n`);
    await client.closed();

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: true });
    expect(readAnswer(client)?.body).toBe('data: late\n\n');
    expect(gateway.errors).toEqual([]);
  });
});

describe('an answer that stalls', () => {
  test.each([
    ['by its length', `${OK}Content-Length: 100\r\n\r\n{"a"`],
    ['by chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\n{"a"\r\n`],
    ['by its connection', `${OK}\r\n{"a"`],
    ['before its first byte', `${OK}Content-Length: 100\r\n\r\n`],
  ])('framed %s is cut when `idle` is over', async (_name, bytes) => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(bytes)));
    const gateway = await startGateway({ target: upstream.target, timeout: TINY });

    const client = await inHeldTime(exchange(gateway.port, rawRequest()));

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: false });
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_timeout']);
    await (await upstream.connection(0)).closed();
  });

  test('`idle` is between bytes: an answer longer than that arrives', async () => {
    const bytes = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
    const upstream = await rawUpstream(
      onHead((socket) => {
        let left = 30;
        socket.write(bytes);
        every(50, socket, () => {
          if (left-- > 0) socket.write('1\r\nx\r\n');
          else if (left === -1) socket.end('0\r\n\r\n');
        });
      }),
    );
    const gateway = await startGateway({ target: upstream.target, timeout: { idle: 1000 } });

    const answer = await inHeldTime(send(gateway.port));

    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer.body).toBe('x'.repeat(30));
    expect(gateway.errors).toEqual([]);
  });
});

describe('`stream` is the total of an event stream', () => {
  test('one that never stops is closed both ways', async () => {
    const upstream = await rawUpstream((connection) => {
      onHead((socket) => socket.write(STREAM))(connection);
      dribble('data: on\n\n', 20)(connection);
    });
    const gateway = await startGateway({ target: upstream.target, timeout: { stream: 500 } });

    const client = await inHeldTime(exchange(gateway.port, rawRequest({ method: 'GET' })));

    expect(client.text).toContain('data: on\n\n');
    await (await upstream.connection(0)).closed();
  });

  test('no other answer is meant', async () => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(`${OK}\r\n{`)));
    const streaming = await rawUpstream(onHead((socket) => socket.write(STREAM)));
    const timeout = { stream: 500 };
    const gateway = await startGateway({ target: upstream.target, timeout });
    const clock = await startGateway({ target: streaming.target, timeout });
    const client = await begin(gateway.port, rawRequest());
    await client.has(/\{/);

    await inHeldTime(exchange(clock.port, rawRequest()));
    await inHeldTime(exchange(clock.port, rawRequest()));
    (await upstream.connection(0)).socket.end('}');
    await client.closed();

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: true });
  });
});
