import { EventEmitter, once } from 'node:events';
import { get, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { constants, createGunzip } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import compression from 'compression';
import type { Express } from 'express';
import { readAnswer, valuesOf } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { isInProcess, startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { latin1, onHead } from '../support/on-head.ts';
import { atTestEnd } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';

const SSE = { 'Content-Type': 'text/event-stream' };

/** An upstream that opens an event stream and then does nothing on its own account. */
async function heldStream(headers: Record<string, string> = SSE) {
  const opened = new EventEmitter();
  const { target } = await startEndpoint((req, res) => {
    req.resume();
    res.writeHead(200, headers);
    res.flushHeaders();
    opened.emit('stream', res);
  });
  const stream = once(opened, 'stream') as Promise<[ServerResponse]>;
  return { target, stream };
}

/** Waits for the head; the upstream has sent nothing else, and will not before it is told to. */
async function open(url: string, method: string, headers = {}): Promise<IncomingMessage> {
  const outgoing = request(url, { method, headers, agent: false });
  atTestEnd(() => void outgoing.on('error', () => {}).destroy());
  outgoing.end(method === 'POST' ? '{}' : undefined);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return answer;
}

/** Reads from `stream` until all of `text` is there; any other byte fails. */
function expectNext(stream: NodeJS.ReadableStream): (text: string) => Promise<void> {
  let got = '';
  stream.on('data', (chunk: Buffer) => {
    got += chunk.toString('latin1');
  });
  return async (text) => {
    while (got.length < text.length) await once(stream, 'data');
    expect(got).toBe(text);
    got = '';
  };
}

const FLAVOURS: readonly (readonly [string, (app: Express) => void])[] = [
  ['alone', () => {}],
  ['behind compression()', (app) => app.use(compression())],
];

describe.each(FLAVOURS)('%s, nothing waits for what comes after it', (flavour, prepare) => {
  test.each(['POST', 'GET'])(
    '%s: the head, then each event while the next is held',
    async (method) => {
      const upstream = await heldStream();
      const gateway = await startGateway({ target: upstream.target }, prepare);

      const answer = await open(gateway.url, method, { 'Accept-Encoding': 'gzip' });
      const isCompressed = flavour !== 'alone';
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-encoding']).toBe(isCompressed ? 'gzip' : undefined);

      const [stream] = await upstream.stream;
      const flush = { flush: constants.Z_SYNC_FLUSH };
      const events = isCompressed ? answer.pipe(createGunzip(flush)) : answer;
      const expectEvent = expectNext(events);
      for (let i = 0; i < 30; i++) {
        const event = `id: ${i}\ndata: ${'x'.repeat(i * 40)}\n\n`;
        stream.write(event);
        await expectEvent(event);
      }
      const ended = once(events, 'end');
      stream.end();
      await ended;
    },
  );

  test('half an event leaves before the other half', async () => {
    const upstream = await heldStream();
    const gateway = await startGateway({ target: upstream.target }, prepare);
    const answer = await open(gateway.url, 'GET');
    const [stream] = await upstream.stream;
    const expectPart = expectNext(answer);

    for (const part of ['da', 'ta: {"json', 'rpc":', '"2.0"}', '\n', '\n', ':']) {
      stream.write(part);
      await expectPart(part);
    }
  });

  test('an answer that is no event stream does not wait either', async () => {
    const upstream = await heldStream({ 'Content-Type': 'application/json' });
    const gateway = await startGateway({ target: upstream.target }, prepare);
    const answer = await open(gateway.url, 'POST');
    const [stream] = await upstream.stream;
    const expectPart = expectNext(answer);

    for (const part of ['{"jsonrpc":', '"2.0"', '}']) {
      stream.write(part);
      await expectPart(part);
    }
  });
});

test('behind compression(), a large answer decodes to the same bytes', async () => {
  const body = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => ({ i, s: `\u00e9${i}` })));
  const { target } = await startEndpoint((_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(body);
  });
  const gateway = await startGateway({ target }, (app) => app.use(compression()));

  const answer = await fetch(gateway.url, { method: 'POST', body: '{}' });

  expect(answer.headers.get('content-encoding')).not.toBeNull();
  expect(answer.headers.get('content-length')).toBeNull();
  expect(await answer.text()).toBe(body);
});

describe('the headers that keep proxies from buffering', () => {
  test.each([
    // An order to the server in front, which a handler in this process may give.
    ['is not passed', { ...SSE, 'X-Accel-Buffering': 'yes' }, isInProcess ? ['yes'] : ['no']],
    ['is added', SSE, ['no']],
    ['is added, whatever the parameters', { 'Content-Type': 'Text/Event-Stream ;a=b' }, ['no']],
    ['is not added elsewhere', { 'Content-Type': 'application/json' }, []],
    ['is not added to what only looks like one', { 'Content-Type': 'text/event-streams' }, []],
  ])('X-Accel-Buffering %s', async (_name, headers: Record<string, string>, values) => {
    const { target } = await startEndpoint((_req, res) => res.writeHead(200, headers).end());
    const gateway = await startGateway({ target });

    const answer = await send(gateway.port, { method: 'GET' });

    expect(valuesOf(answer, 'x-accel-buffering')).toEqual(values);
    expect(valuesOf(answer, 'content-type')).toEqual([headers['Content-Type']]);
  });

  test.each([
    ['none', []],
    ['one', ['no-cache, no-transform']],
    ['two', ['no-store', 'private, max-age=60']],
  ])('Cache-Control is untouched: %s', async (_name, values) => {
    const { target } = await startEndpoint((_req, res) => {
      if (values.length > 0) res.setHeader('Cache-Control', values);
      res.writeHead(200, SSE).end();
    });
    const gateway = await startGateway({ target });

    const answer = await send(gateway.port, { method: 'GET' });

    expect(valuesOf(answer, 'cache-control')).toEqual(values);
  });
});

const STREAMS: readonly (readonly [string, string])[] = [
  ['ids and retry', 'id: 1\nretry: 5000\ndata:\n\nid:2\nevent: message\ndata: {}\n\n'],
  ['comments', ': hello\n\n:\n\n:\n: two\ndata: x\n\n'],
  ['empty data', 'id: a\ndata\n\ndata:\n\ndata: \n\n'],
  ['data in several lines', 'data: {\ndata:   "a": 1\ndata: }\n\n'],
  ['CRLF', 'id: 1\r\ndata: x\r\n\r\n'],
  ['CR', 'id: 1\rdata: x\r\rdata: y\r\r'],
  ['all line ends at once', 'data: a\r\n\ndata: b\r\r\n\ndata: c\n\r'],
  ['a byte order mark', '\xef\xbb\xbfdata: x\n\n'],
  ['fields nobody knows', 'foo: bar\n:x\ndata : y\n data: z\n\n'],
  ['UTF-8, and what is not', 'data: \xe4\xb8\x96\xf0\x9f\x98\x80\n\ndata: \xff\xc0\0\n\n'],
  ['an event that never ends', 'data: x\n'],
  ['nothing', ''],
];

describe('an event stream is bytes', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';

  test.each(STREAMS)('%s', async (_name, text) => {
    const upstream = await rawUpstream(
      onHead((socket) => socket.end(latin1(`${HEAD}\r\n${text}`))),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port, { method: 'GET' });

    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer.bytes.toString('latin1')).toBe(text);
  });

  test.each(STREAMS)('%s, one byte to a packet', async (_name, text) => {
    const upstream = await rawUpstream(
      onHead((socket) => {
        const bytes = [HEAD, 'Transfer-Encoding: chunked\r\n\r\n'].join('');
        const chunks = [...text].map((byte) => `1\r\n${byte}\r\n`);
        const packets = [...bytes, ...chunks.join(''), '0\r\n\r\n'];
        const next = () => {
          const packet = packets.shift();
          if (packet !== undefined) socket.write(latin1(packet), () => setImmediate(next));
        };
        next();
      }),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = readAnswer(await exchange(gateway.port, rawRequest({ method: 'GET' })));

    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer?.bytes.toString('latin1')).toBe(text);
  });
});

test('300 open event streams do not stall the 301st request', async () => {
  const { target } = await startEndpoint((req, res) => {
    if (req.method === 'POST') return res.end('{}');
    res.writeHead(200, SSE).flushHeaders();
    return undefined;
  });
  const gateway = await startGateway({ target });
  const streams = Array.from({ length: 300 }, async () => {
    const outgoing = get(gateway.url, { agent: false }).on('error', () => {});
    atTestEnd(() => void outgoing.destroy());
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return answer.statusCode;
  });
  expect(await Promise.all(streams)).toEqual(Array(300).fill(200));

  expect(await send(gateway.port)).toMatchObject({ status: 200, complete: true });
});
