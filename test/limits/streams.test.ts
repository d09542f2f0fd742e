import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig } from '../../src/index.ts';
import { OpenStreams } from '../../src/limits/open-streams.ts';
import { streamCap } from '../../src/middleware/stream-cap.ts';
import { Witness } from '../observe/support/witness.ts';
import { call, modern, modernHeaders } from '../policies/support/messages.ts';
import { errorOf, headOf, post } from '../policies/support/wire.ts';
import { type RawClient, rawClient } from '../support/raw-client.ts';
import { listenOn, reset, serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { byHeader, fieldOf } from './support/limited.ts';

interface Streaming {
  readonly port: number;
  readonly observer: Witness;
  /** The upstream's answers, in order. */
  readonly answers: ServerResponse[];
  /** What reached the upstream. */
  readonly seen: readonly unknown[];
  /** Sends a request; waits for the head of its answer. */
  open(head?: string): Promise<RawClient>;
}

const GET = 'GET /mcp HTTP/1.1\r\nHost: x\r\n';

/** A gateway with caps before an upstream that leaves every stream open. */
async function streaming(
  streams: NonNullable<GatewayConfig['streams']>,
  config: Partial<GatewayConfig> = {},
): Promise<Streaming> {
  const answers: ServerResponse[] = [];
  const upstream = await recordingUpstream((_req, res) => {
    answers.push(res);
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
  });
  const observer = new Witness();
  const gateway = createMcpGateway({
    target: upstream.target,
    streams,
    observe: observer,
    ...config,
  });
  const { port } = await serve(express().set('trust proxy', 1).use(gateway));
  return {
    port,
    observer,
    answers,
    seen: upstream.seen,
    async open(head = GET) {
      const client = (await rawClient(port)).send(`${head}\r\n`);
      await client.has(/\r\n\r\n/);
      return client;
    },
  };
}

describe('S8: one stream more than may be open', () => {
  test('is refused with 429 before the upstream hears of it; others go on', async () => {
    const { open, seen, port } = await streaming({ total: 2 });
    const [first] = [await open(), await open()];
    const answer = await fetch(`http://127.0.0.1:${port}/mcp`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await answer.json()).toMatchObject({
      id: null,
      error: { code: 429, data: { reason: 'too_many_streams' } },
    });
    expect(seen).toHaveLength(2);
    expect(first.ending).toBeUndefined();
  });

  test('perUser: of each user; of each address where there is none', async () => {
    const { open } = await streaming({ perUser: 1 }, { auth: byHeader, sessions: false });
    const statuses = [];
    for (const user of ['a', 'a', 'b']) {
      statuses.push(...(await open(`${GET}X-User: ${user}\r\n`)).statuses);
    }
    expect(statuses).toEqual([200, 429, 200]);

    const anonymous = await streaming({ perUser: 1 });
    const open2 = (ip: string) => anonymous.open(`${GET}X-Forwarded-For: ${ip}\r\n`);
    const ips = ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.2'];
    expect((await Promise.all([open2(ips[0] as string)])).flatMap((c) => c.statuses)).toEqual([
      200,
    ]);
    expect((await open2(ips[1] as string)).statuses).toEqual([429]);
    expect((await open2(ips[2] as string)).statuses).toEqual([200]);
  });

  test('perIp: of each address, whoever it is; each cap holds besides the others', async () => {
    const caps = { perUser: 2, perIp: 1 };
    const { open } = await streaming(caps, { auth: byHeader, sessions: false });
    const from = async (user: string, ip: string) =>
      (await open(`${GET}X-User: ${user}\r\nX-Forwarded-For: ${ip}\r\n`)).statuses[0];
    expect(await from('a', '192.0.2.1')).toBe(200);
    expect(await from('b', '192.0.2.1')).toBe(429);
    expect(await from('a', '192.0.2.2')).toBe(200);
    expect(await from('a', '192.0.2.3')).toBe(429);
    expect(await from('b', '192.0.2.3')).toBe(200);
  });

  test('a subscription of the modern era is one', async () => {
    const { open, port } = await streaming({ total: 1 });
    const body = modern('subscriptions/listen');
    const head = `${headOf({ headers: modernHeaders('subscriptions/listen') })}Content-Length: ${body.length}\r\n`;
    const client = await rawClient(port);
    client.send(`${head}\r\n${body}`);
    await client.has(/data: 1/);
    expect((await open()).statuses).toEqual([429]);
    const refused = await post(port, body, { headers: modernHeaders('subscriptions/listen') });
    expect([refused.status, errorOf(refused).data.reason]).toEqual([429, 'too_many_streams']);
    expect(fieldOf(refused, 'retry-after')).toEqual(['10']);
  });

  test('a call that is answered with a stream is none, and is never refused for it', async () => {
    const { open, port, answers } = await streaming({ total: 1 });
    await open();
    const client = await rawClient(port);
    const body = call('t');
    client.send(`${headOf()}Content-Length: ${body.length}\r\n\r\n${body}`);
    await client.has(/data: 1/);
    expect(client.statuses).toEqual([200]);
    answers[1]?.end();
    await client.closed();
  });
});

type End = (stream: RawClient, from: Streaming) => unknown;

const ENDS: Record<string, End> = {
  'the client leaves': (client) => client.socket.destroy(),
  'the client resets': (client) => reset(client.socket),
  'the client closes its side': (client) => client.socket.end(),
  'the upstream ends it': (_client, { answers }) => answers[0]?.end(),
  'the upstream breaks off': (_client, { answers }) => answers[0]?.destroy(),
};

describe('the place is free again, however a stream ends', () => {
  test.each(Object.entries(ENDS))('%s', async (_how, end) => {
    const from = await streaming({ perUser: 1, perIp: 1, total: 1 });
    const first = await from.open();
    expect(first.statuses).toEqual([200]);
    expect((await from.open()).statuses).toEqual([429]);
    end(first, from);
    await from.observer.record(1);
    expect((await from.open()).statuses).toEqual([200]);
  });

  test.each<[string, Partial<GatewayConfig>, number]>([
    [
      'a slot behind it refuses',
      { bodyLimit: false, use: (_req, res) => void res.sendStatus(418) },
      418,
    ],
    ['a slot behind it fails', { use: (_req, _res, next) => next(new Error('no')) }, 500],
    ['the upstream is not there', { target: 'http://127.0.0.1:1' }, 502],
    ['its time is over', { timeout: { stream: 20 } }, 200],
    [
      'the answer is no stream',
      { target: (_req: unknown, res: ServerResponse) => void res.writeHead(405).end() },
      405,
    ],
  ])('%s', async (_how, config, status) => {
    const { port, observer } = await streaming({ total: 1 }, config);
    for (let n = 0; n < 3; n += 1) {
      const client = await rawClient(port);
      client.send(`${GET}Connection: close\r\n\r\n`);
      await client.closed();
      await observer.record(n);
      expect(client.statuses).toEqual([status]);
    }
  });

  test('a stream that was refused takes no place', async () => {
    const { open, observer } = await streaming({ perUser: 1, total: 5 });
    const first = await open();
    for (let n = 0; n < 9; n += 1) expect((await open()).statuses).toEqual([429]);
    first.socket.destroy();
    await observer.record(9);
    expect((await open()).statuses).toEqual([200]);
  });
});

test('fault 50: 10,000 streams opened and aborted leave nothing behind', async () => {
  const streams = new OpenStreams();
  const cap = streamCap({ perUser: 64, perIp: 64, total: 64 }, streams);
  let closed = 0;
  const server = createServer((req, res) => {
    res.on('close', () => {
      closed += 1;
      if (closed === 10_000) server.emit('all closed');
    });
    cap(req, res, () => res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(':\n\n'));
  });
  const port = await listenOn(server);
  const allClosed = once(server, 'all closed');
  let refused = 0;
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [head] = await once(socket, 'data');
    if (!/^HTTP\/1\.1 200/.test(String(head))) refused += 1;
    reset(socket);
  };
  const worker = async () => {
    for (let i = 0; i < 625; i += 1) await open();
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  await allClosed;
  expect([refused, streams.size]).toEqual([0, 0]);
});
