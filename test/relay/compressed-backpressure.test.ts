import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import compression from 'compression';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';

test.each(['application/json', 'text/event-stream'])(
  'behind `compression()`, a client that pauses gets every byte: %s',
  async (type) => {
    const text = randomBytes(24_000_000).toString('base64');
    let sent = 0;
    let answering: ServerResponse | undefined;
    const { target } = await startEndpoint(async (req, res) => {
      req.resume();
      res.writeHead(200, { 'Content-Type': type });
      while (sent < text.length) {
        const part = text.slice(sent, sent + 30_000);
        await new Promise((done) => res.write(part, done));
        sent += part.length;
      }
      res.end();
    });
    const gateway = await startGateway({ target }, (app) => {
      app.use((_req, res, next) => {
        answering = res;
        next();
      }, compression());
    });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ method: 'GET', headers: { 'Accept-Encoding': 'gzip' } }));
    await client.has(/\r\n\r\n/);
    client.socket.pause();
    // The kernel takes no more of it.
    while (answering?.writableNeedDrain !== true) await new Promise(setImmediate);
    for (let before = -1; before !== sent || !answering.writableNeedDrain; ) {
      before = sent;
      for (let i = 0; i < 1000; i++) await new Promise(setImmediate);
    }
    client.socket.resume();
    await client.closed();

    const answer = readAnswer(client);
    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(gunzipSync(answer?.bytes ?? '').toString() === text).toBe(true);
    expect(gateway.errors).toEqual([]);
  },
);
