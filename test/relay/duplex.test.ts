import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { send } from '../support/client/send.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { pour, stuck } from '../support/pour.ts';
import { atTestEnd } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';

const MB = 1024 * 1024;
const UPLOAD = 'POST /mcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\n';

describe('an upstream that answers while it still reads', () => {
  test.each([
    ['by length', `Content-Length: ${8 * MB}\r\n\r\n`, ''],
    [
      'by chunks',
      `Transfer-Encoding: chunked\r\n\r\n${(8 * MB).toString(16)}\r\n`,
      '\r\n0\r\n\r\n',
    ],
  ])('gets the whole upload, framed %s, and gives it back', async (_name, framing, end) => {
    const { target } = await startEndpoint((req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
      req.pipe(res);
    });
    const gateway = await startGateway({ target, bodyLimit: '9mb' });
    const client = (await rawClient(gateway.port)).send(UPLOAD + framing);

    expect(await pour(client.socket, 8 * MB).done).toBe(true);
    client.send(end);
    await client.closed();

    const answer = readAnswer(client);
    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer?.bytes.equals(Buffer.alloc(8 * MB, 'x'))).toBe(true);
    expect(gateway.errors).toEqual([]);
  });

  test('hears each part of a question while the client hears each part of the answer', async () => {
    const { target } = await startEndpoint((req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      req.on('data', (chunk) => res.write(`data: ${chunk}\n\n`)).on('end', () => res.end());
    });
    const gateway = await startGateway({ target });
    const outgoing = request(gateway.url, { method: 'POST', agent: false }).on('error', () => {});
    atTestEnd(() => void outgoing.destroy());

    outgoing.write('0');
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    let got = '';
    answer.on('data', (chunk) => {
      got += chunk;
    });
    for (let i = 0; i < 10; i++) {
      while (!got.endsWith(`data: ${i}\n\n`)) await once(answer, 'data');
      outgoing.write(String(i + 1));
    }
    outgoing.end();
    await once(answer, 'end');

    expect(got).toBe(Array.from({ length: 11 }, (_, i) => `data: ${i}\n\n`).join(''));
    expect(gateway.errors).toEqual([]);
  });

  test('and that stops reading: neither its event stream nor its end waits for the upload', async () => {
    holdTimers();
    const answers = Promise.withResolvers<ServerResponse>();
    const { target } = await startEndpoint((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      answers.resolve(res);
    });
    const timeout = { response: 600, idle: 600 };
    const gateway = await startGateway({
      target,
      bodyLimit: false,
      timeout,
    });
    const silent = await rawUpstream();
    const clock = await startGateway({ target: silent.target, timeout });
    const size = 256 * MB;
    const client = await rawClient(gateway.port);
    client.send(`${UPLOAD}Content-Length: ${size}\r\n\r\n`);
    await client.has(/\r\n\r\n/);

    const upload = pour(client.socket, size);
    await stuck(upload);
    expect(upload.taken).toBeLessThan(size / 4);
    // Two timers as long as any that runs have run out.
    for (let i = 0; i < 2; i++) {
      expect(await inHeldTime(send(clock.port))).toMatchObject({ status: 504 });
    }
    (await answers.promise).end('data: late\n\n');
    await client.has(/0\r\n\r\n$/);

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: true });
    expect(readAnswer(client)?.body).toBe('data: late\n\n');
    expect(gateway.errors).toEqual([]);
  });
});
