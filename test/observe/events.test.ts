import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import compression from 'compression';
import express, { type RequestHandler } from 'express';
import { createMcpGateway } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { type Witness, witness } from '../support/witness.ts';

const TWO = 'data: 1\n\n: none\n\ndata: 2\n\n';

/** An upstream that leaves its answer open. */
async function streaming(type = 'text/event-stream') {
  const opened = Promise.withResolvers<ServerResponse>();
  const upstream = await recordingUpstream((_req, res) => {
    res.writeHead(200, { 'Content-Type': type });
    res.flushHeaders();
    opened.resolve(res);
  });
  return { target: upstream.target, opened: opened.promise };
}

describe('the events of an answer', () => {
  test('are told one by one, as they are whole', async () => {
    const { target, opened } = await streaming('text/event-stream; charset=utf-8');
    const observer = witness();
    const { port } = await startGateway({ target, observe: observer });
    const client = (await rawClient(port)).send(rawRequest());
    const res = await opened;
    await observer.has('onResponse', 1);

    res.write(': a comment is none\n\ndata: 1');
    await client.has(/data: 1/);
    expect(observer.told('onEvent')).toEqual([]);
    res.write('\n\n');
    await observer.has('onEvent', 1);
    res.write('event: x\r\ndata: 2\r\n\r\nid: 3\rdata: 3\r\r');
    await observer.has('onEvent', 3);
    res.end('data: not whole\n');
    await client.closed();

    const record = await observer.record();
    const [first] = observer.told('onEvent') as { ms: number }[];
    expect(record).toMatchObject({ events: 3, firstEventMs: first?.ms, end: 'complete' });
    expect(record.headMs).toBeGreaterThan(0);
    expect(record.firstEventMs).toBeGreaterThanOrEqual(record.headMs as number);
    expect(record.totalMs).toBeGreaterThanOrEqual(record.firstEventMs as number);
  });

  test('heartbeats are none, though they are bytes that the client gets', async () => {
    const { target, opened } = await streaming();
    const observer = witness();
    const { port } = await startGateway({ target, heartbeat: 20, observe: observer });
    const client = (await rawClient(port)).send(rawRequest({ method: 'GET' }));
    const res = await opened;
    await client.has(/:\n\n.*:\n\n/s);
    expect(observer.told('onEvent')).toEqual([]);
    res.end('data: 1\n\n');
    await client.closed();

    const beats = client.text.match(/^:\n\n/gm)?.length ?? 0;
    expect(beats).toBeGreaterThanOrEqual(2);
    expect(await observer.record()).toMatchObject({ events: 1, bytesOut: 9 + 3 * beats });
  });

  test('an answer that is no event stream has none', async () => {
    const { target, opened } = await streaming('text/plain');
    const observer = witness();
    const { port } = await startGateway({ target, observe: observer });
    const client = (await rawClient(port)).send(rawRequest());
    (await opened).end(TWO);
    await client.closed();
    expect(await observer.record()).toMatchObject({
      events: 0,
      firstEventMs: undefined,
      bytesOut: TWO.length,
    });
  });
});

type Answer = (res: ServerResponse) => void;

const TYPE = 'text/event-stream';

/** Every way Node has to write the same head and body. */
const WRITINGS: Record<string, Answer> = {
  'setHeader, end': (res) => void res.setHeader('Content-Type', TYPE).end(TWO),
  'writeHead with an object': (res) => void res.writeHead(200, { 'content-TYPE': TYPE }).end(TWO),
  'writeHead with a phrase and an object': (res) =>
    void res.writeHead(200, 'Fine', { 'Content-Type': TYPE }).end(TWO),
  'writeHead with a list': (res) => void res.writeHead(200, ['Content-Type', TYPE]).end(TWO),
  'writeHead with a list that has a list in it': (res) =>
    void res.writeHead(200, ['X-Own', ['a', 'b'], 'Content-Type', TYPE] as never).end(TWO),
  'writeHead with a list of pairs': (res) =>
    void res.writeHead(200, [['Content-Type', TYPE]] as never).end(TWO),
  'end twice': (res) => {
    res.on('error', () => {});
    res.setHeader('Content-Type', TYPE).end(TWO);
    res.end(TWO);
  },
  'write after end': (res) => {
    res.on('error', () => {});
    res.setHeader('Content-Type', TYPE).end(TWO);
    res.write(TWO);
  },
  'write, end': (res) => {
    res.setHeader('Content-Type', TYPE).write('data: 1\n\n');
    res.end(': none\n\ndata: 2\n\n');
  },
  'flushHeaders, end': (res) => {
    res.setHeader('Content-Type', TYPE).flushHeaders();
    res.end(Buffer.from(TWO));
  },
  'end with an encoding': (res) =>
    void res.setHeader('Content-Type', TYPE).end(Buffer.from(TWO).toString('hex'), 'hex'),
  'write with a callback, end with one': (res) => {
    res.setHeader('Content-Type', TYPE).write(TWO, () => res.end(() => {}));
  },
};

describe('whoever writes the answer, its head, bytes and events are told', () => {
  test.each(Object.entries(WRITINGS))('%s', async (_name, answer) => {
    const observer = witness();
    // Without this and CORS nothing is set before: Node treats such a head in another way.
    const app = express().disable('x-powered-by');
    const use: RequestHandler = (_req, res) => answer(res);
    app.use(
      createMcpGateway({ target: 'http://127.0.0.1:1/', cors: false, use, observe: observer }),
    );
    const { port } = await serve(app);
    const response = await fetch(`http://127.0.0.1:${port}/mcp`);
    expect(await response.text()).toBe(TWO);

    expect(await observer.record()).toMatchObject({
      slot: 'use',
      reason: 'answered',
      status: 200,
      bytesOut: TWO.length,
      events: 2,
      end: 'complete',
    });
    expect(observer.told('onResponse')).toHaveLength(1);
  });
});

describe('compression()', () => {
  async function compressed(observer: Witness) {
    const { target } = await recordingUpstream((_req, res) => {
      res.writeHead(200, { 'Content-Type': TYPE }).end(TWO);
    });
    const gateway = await startGateway({ target, observe: observer }, (app) =>
      app.use(compression({ threshold: 0, filter: () => true })),
    );
    return fetch(gateway.url, { headers: { 'Accept-Encoding': 'gzip' } });
  }

  test('in front: the client gets the same, and the observer sees what the gateway wrote', async () => {
    const observer = witness();
    const response = await compressed(observer);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toBe(TWO);
    expect(await observer.record()).toMatchObject({ events: 2, bytesOut: TWO.length });
  });

  test('by the upstream: bytes as they came', async () => {
    const zipped = gzipSync('{"a":1}');
    const { target } = await recordingUpstream((_req: IncomingMessage, res) => {
      res.setHeader('Content-Encoding', 'gzip');
      res.setHeader('Content-Type', 'application/json');
      res.end(zipped);
    });
    const observer = witness();
    const { url } = await startGateway({ target, observe: observer });
    const response = await fetch(url);
    expect(await response.json()).toEqual({ a: 1 });
    expect(await observer.record()).toMatchObject({ bytesOut: zipped.length });
  });
});
