import { expect, test } from '@jest/globals';
import type { ErrorRequestHandler, Express, NextFunction } from 'express';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { rawUpstream } from '../support/upstream.ts';

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: begun\n\n';

/** What Express's `res.sendFile` and `res.render` do with an error, they do by `req.next`. */
test('an app whose page for errors fails while a stream is open cuts it, and nothing crashes', async () => {
  const upstream = await rawUpstream(onHead((socket) => void socket.write(STREAM)));
  let app: Express | undefined;
  let goOn: NextFunction | undefined;
  const gateway = await startGateway({ target: upstream.target }, (own) => {
    app = own.use((_req, _res, next) => {
      goOn = next;
      next();
    });
  });
  const showPage: ErrorRequestHandler = (_error, _req, res, _next) => {
    res.sendFile(import.meta.filename);
  };
  app?.use(showPage);
  const client = (await rawClient(gateway.port)).send(rawRequest({ method: 'GET' }));
  await client.has(/begun/);

  goOn?.(new Error('took too long'));

  await client.closed();
  const connection = await upstream.connection(0);
  await connection.closed();
  expect(client.text).not.toMatch(/\r\n0\r\n/);
  expect(gateway.errors).toEqual([]);
});
