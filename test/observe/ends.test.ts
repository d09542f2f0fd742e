import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig, type McpGateway } from '../../src/index.ts';
import { readAnswer } from '../support/client/answer.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { onHead } from '../support/on-head.ts';
import { pour } from '../support/pour.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { type RawUpstream, rawUpstream } from '../support/upstream.ts';
import { type Witness, witness } from '../support/witness.ts';

const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const MB = 1024 * 1024;

const RELAYED = { slot: 'relay', reason: 'relayed', status: 200 };

interface Scene {
  readonly observer: Witness;
  readonly gateway: McpGateway;
  readonly port: number;
  readonly upstream: RawUpstream;
}

/** A gateway before an upstream that writes `answer` once it has read the head of a request. */
async function scene(answer: string | Buffer, config: Partial<GatewayConfig> = {}): Promise<Scene> {
  const observer = witness();
  const upstream = await rawUpstream(onHead((socket) => socket.write(answer)));
  const gateway = createMcpGateway({ target: upstream.target, observe: observer, ...config });
  return { observer, gateway, upstream, ...(await serve(express().use(gateway))) };
}

async function send(port: number, request: string): Promise<RawClient> {
  return (await rawClient(port)).send(request);
}

/** A client that never reads. */
async function deafClient(port: number, request: string) {
  const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {});
  atTestEnd(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

describe('an answer that breaks off', () => {
  test('upstream_invalid: the upstream closes before it is whole', async () => {
    const { observer, port, upstream } = await scene(`${JSON_HEAD}Content-Length: 99\r\n\r\n{"a":`);
    const client = await send(port, rawRequest());
    await client.has(/\{"a":/);
    (await upstream.connection(0)).socket.destroy();
    await client.closed();

    expect(await observer.record()).toMatchObject({
      ...RELAYED,
      end: 'upstream_invalid',
      bytesOut: 5,
    });
  });

  test.each([
    ['idle', `${JSON_HEAD}Content-Length: 99\r\n\r\n{"a":`, { bytesOut: 5, events: 0 }],
    ['stream', `${STREAM}data: 1\n\n`, { bytesOut: 9, events: 1 }],
  ])('upstream_timeout: `%s` is over', async (timer, answer, counts) => {
    const { observer, port } = await scene(answer, { timeout: { [timer]: 150 } });
    await (await send(port, rawRequest())).closed();

    expect(await observer.record()).toMatchObject({
      ...RELAYED,
      end: 'upstream_timeout',
      ...counts,
    });
  });

  test('internal_error: a middleware of the host fails when it has begun to answer', async () => {
    const { observer, port } = await scene('', {
      use(_req, res, next) {
        res.writeHead(200).write('begun');
        next(new Error('no'));
      },
    });
    await (await send(port, rawRequest())).closed();

    expect(await observer.record()).toMatchObject({
      slot: 'use',
      reason: 'answered',
      status: 200,
      end: 'internal_error',
      bytesOut: 5,
    });
  });
});

describe('a gateway that closes', () => {
  test('draining: a stream ends between two events', async () => {
    const { observer, gateway, port } = await scene(`${STREAM}data: 1\n\n`);
    const client = await send(port, rawRequest({ method: 'GET' }));
    await client.has(/data: 1/);
    await gateway.close();
    await client.closed();

    expect(readAnswer(client)).toMatchObject({ complete: true });
    expect(await observer.record()).toMatchObject({ ...RELAYED, end: 'draining', events: 1 });
  });

  test('draining: an answer is cut when the time is over', async () => {
    const { observer, gateway, port } = await scene(`${JSON_HEAD}Content-Length: 9\r\n\r\n{"a":`);
    const client = await send(port, rawRequest());
    await client.has(/\{"a":/);
    await gateway.close({ graceMs: 50 });

    expect(await observer.record()).toMatchObject({ ...RELAYED, end: 'draining', bytesOut: 5 });
  });

  test('what has no answer by then is refused by the slot that let it in', async () => {
    const { observer, gateway, port, upstream } = await scene('');
    const client = await send(port, rawRequest());
    await (await upstream.connection(0)).has(/ping/);
    await gateway.close({ graceMs: 50 });
    await client.closed();

    expect(await observer.record()).toMatchObject({
      slot: 'draining',
      reason: 'draining',
      status: 503,
      end: 'complete',
    });
    expect(observer.decisions).toContain('draining: allow');
    expect(observer.decisions.at(-1)).toBe('draining: deny draining');
  });
});

describe('a client that leaves', () => {
  const UNANSWERED = { end: 'client_left', reason: undefined, status: undefined, bytesOut: 0 };

  test('before the head', async () => {
    const { observer, port, upstream } = await scene('');
    const client = await send(port, rawRequest());
    await (await upstream.connection(0)).has(/ping/);
    client.socket.destroy();

    expect(await observer.record()).toMatchObject({
      ...UNANSWERED,
      slot: 'relay',
      headMs: undefined,
      firstEventMs: undefined,
      ip: '127.0.0.1',
    });
  });

  test('while it uploads', async () => {
    const { observer, port, upstream } = await scene('');
    const client = await send(port, rawRequest({ body: 'x'.repeat(50) }).slice(0, -20));
    await (await upstream.connection(0)).has(/x{30}/);
    client.socket.destroy();

    expect(await observer.record()).toMatchObject({ ...UNANSWERED, slot: 'relay', bytesIn: 30 });
  });

  test.each(['goes on', 'answers', 'fails'])(
    'while a slot decides, which then %s: nobody is told of that any more',
    async (how) => {
      const { observer, port } = await scene('', {
        use: (_req, res, next) =>
          void res.once('close', () => {
            if (how === 'goes on') next();
            else if (how === 'fails') next(new Error('no'));
            else res.status(200).type('text/event-stream').end('data: 1\n\n');
            settled.resolve();
          }),
      });
      const settled = Promise.withResolvers<void>();
      const client = await send(port, rawRequest());
      await observer.has('onDecision', 5);
      client.socket.destroy();
      await settled.promise;

      expect(await observer.record()).toMatchObject({ ...UNANSWERED, slot: 'use' });
      expect(observer.calls.at(-1)?.name).toBe('onClose');
    },
  );

  test('in a stream', async () => {
    const { observer, port } = await scene(`${STREAM}data: 1\n\n`);
    const client = await send(port, rawRequest({ method: 'GET' }));
    await client.has(/data: 1/);
    client.socket.destroy();

    expect(await observer.record()).toMatchObject({
      ...RELAYED,
      end: 'client_left',
      events: 1,
      bytesOut: 9,
    });
  });

  test('before it has taken all of an answer that is written whole', async () => {
    const { observer, port } = await scene('', {
      use: (_req, res) => void res.end(Buffer.alloc(64 * MB)),
    });
    const socket = await deafClient(port, rawRequest());
    await observer.has('onResponse', 1);
    socket.destroy();

    expect(await observer.record()).toMatchObject({ reason: 'answered', end: 'client_left' });
  });
});

describe('client_stalled: a client that takes no more', () => {
  test('of an answer that goes on', async () => {
    const observer = witness();
    const upstream = await rawUpstream(
      onHead((socket) => {
        socket.write(STREAM);
        pour(socket, 1024 * MB);
      }),
    );
    const { port } = await serve(
      express().use(
        createMcpGateway({ target: upstream.target, observe: observer, timeout: { idle: 200 } }),
      ),
    );
    await deafClient(port, rawRequest({ method: 'GET' }));
    expect(await observer.record()).toMatchObject({ ...RELAYED, end: 'client_stalled' });
  });

  test('of an answer that is written whole', async () => {
    const size = 16 * MB;
    const { observer, port } = await scene(
      Buffer.concat([
        Buffer.from(`${JSON_HEAD}Content-Length: ${size}\r\n\r\n`),
        Buffer.alloc(size),
      ]),
      { timeout: { idle: 200 } },
    );
    holdTimers();
    await deafClient(port, rawRequest());
    expect(await inHeldTime(observer.record())).toMatchObject({
      ...RELAYED,
      end: 'client_stalled',
    });
  });
});
