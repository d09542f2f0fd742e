import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';

const LARGE = `data: ${'x'.repeat(10_000)}\n\n`;

/** A middleware in front whose `write`, or `end`, throws. */
function throwing(res: ServerResponse, name: 'write' | 'end'): void {
  const own = res[name] as (...args: unknown[]) => unknown;
  Object.assign(res, {
    [name](chunk: unknown, ...others: unknown[]) {
      if (name === 'end' || String(chunk).includes('data: x')) throw new Error('of the app');
      return own.call(res, chunk, ...others);
    },
  });
}

test.each([
  ['write', 'an event alone', 'data: x\n\n'],
  ['write', 'a large piece', LARGE],
  ['write', 'the second of two pieces', 'data: x\n\n'],
  ['end', 'the end', ''],
] as const)(
  'an app whose own `res.%s` throws loses that answer and nothing else: %s',
  async (name, what, piece) => {
    let asked = 0;
    const { target } = await startEndpoint((req, res) => {
      req.resume();
      asked += 1;
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      if (what.startsWith('the second')) res.write('data: a\n\n');
      if (asked > 1 || name === 'end') res.end('data: b\n\n');
      else res.write(piece);
    });
    const gateway = await startGateway({ target }, (app) => {
      app.use((_req, res, next) => {
        if (asked === 0) throwing(res, name);
        next();
      });
    });
    const first = (await rawClient(gateway.port)).send(rawRequest({ method: 'GET' }));
    await first.closed();
    expect(readAnswer(first)?.complete).not.toBe(true);
    expect(gateway.errors).toMatchObject([
      { reason: 'internal_error', cause: { message: 'of the app' } },
    ]);

    const second = (await rawClient(gateway.port)).send(rawRequest({ method: 'GET' }));
    await second.has(/data: b/);
    expect(second.statuses).toEqual([200]);
  },
);
