import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { RawClient } from '../support/client/raw.ts';
import { modern, modernHeaders } from '../support/messages.ts';
import { pour } from '../support/pour.ts';
import { reset } from '../support/servers.ts';
import { GET, type Streaming, streaming } from './support/streaming.ts';

const subscription = modern('subscriptions/listen');
const fields = Object.entries(modernHeaders('subscriptions/listen'))
  .map(([name, value]) => `${name}: ${value}\r\n`)
  .join('');

/** Every way to ask for a stream that may stay open for ever. */
const OPENINGS: Readonly<Record<string, string>> = {
  GET,
  'GET, in HTTP/1.0': 'GET /mcp HTTP/1.0\r\nHost: x\r\n',
  'GET, to be upgraded': `${GET}Connection: Upgrade\r\nUpgrade: websocket\r\n`,
  'subscriptions/listen': `POST /mcp HTTP/1.1\r\nHost: x\r\n${fields}Content-Length: ${subscription.length}\r\n\r\n${subscription}`,
  'GET, of the older transport': 'GET /sse HTTP/1.1\r\nHost: x\r\n',
};

type End = (client: RawClient, answer: ServerResponse) => unknown;

const OF_THE_CLIENT: Readonly<Record<string, (client: RawClient) => unknown>> = {
  'the client leaves': ({ socket }) => socket.destroy(),
  'the client resets': ({ socket }) => reset(socket),
  'the client closes its side': ({ socket }) => socket.end(),
};

const OPEN_ENDS: Readonly<Record<string, End>> = {
  ...OF_THE_CLIENT,
  'the upstream ends it': (_client, answer) => answer.end(),
  'the upstream breaks off': (_client, answer) => answer.destroy(),
};

const EARLY_ENDS: Readonly<Record<string, End>> = {
  ...OF_THE_CLIENT,
  'the upstream breaks off': (_client, answer) => answer.destroy(),
  'the upstream gives something else': (_client, answer) => answer.end('<html>'),
  'the upstream upgrades': (_client, { socket }) =>
    socket?.write('HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
};

const CAPS = { perUser: 1, perIp: 1, total: 1 };
const SSE = { legacySse: { path: '/sse', messagePath: '/messages' } };

/** One stream is under way, and there is no place for another, whichever way it is asked for. */
async function expectFull({ open, observer }: Streaming): Promise<void> {
  for (const [n, bytes] of Object.values(OPENINGS).entries()) {
    const refused = await open(bytes);
    expect(refused.statuses).toEqual([429]);
    // One in HTTP/1.0 or with an upgrade closes the connection by itself.
    refused.socket.destroy();
    await observer.record(n);
  }
}

/** The one that was under way is over, and there is a place for one. */
async function expectFree({ open, observer }: Streaming, bytes?: string): Promise<void> {
  await observer.record(Object.keys(OPENINGS).length);
  expect((await open(bytes)).statuses).toEqual([200]);
  expect((await open(bytes)).statuses).toEqual([429]);
}

describe.each(Object.entries(OPENINGS))('the place of a stream is free again: %s', (_, bytes) => {
  test.each(Object.entries(OPEN_ENDS))('%s', async (_how, end) => {
    const from = await streaming(CAPS, SSE);
    const client = await from.open(bytes);
    expect(client.statuses).toEqual([200]);
    await expectFull(from);
    end(client, await from.answerTo(0));
    await expectFree(from, bytes);
  });

  test.each(Object.entries(EARLY_ENDS))('%s before the head', async (_how, end) => {
    const from = await streaming(CAPS, SSE);
    const { answer } = from;
    from.answer = () => {};
    const client = await from.send(bytes);
    const waiting = await from.answerTo(0);
    await expectFull(from);
    from.answer = answer;
    end(client, waiting);
    await expectFree(from, bytes);
  });

  test('the client takes no more', async () => {
    const from = await streaming(CAPS, { ...SSE, timeout: { idle: 150 } });
    const client = await from.open(bytes);
    await expectFull(from);
    // Its time begins when there is more than it takes.
    client.socket.pause();
    pour(await from.answerTo(0), 2 ** 30);
    await expectFree(from, bytes);
  });

  test.each(Object.entries(OF_THE_CLIENT))(
    '%s while it is found out who asks',
    async (_how, end) => {
      const asked = Promise.withResolvers<void>();
      const known = Promise.withResolvers<{ subject: string }>();
      const from = await streaming(CAPS, {
        ...SSE,
        auth: () => {
          asked.resolve();
          return known.promise;
        },
      });
      const client = await from.send(bytes);
      await asked.promise;
      end(client);
      await from.observer.record(0);
      known.resolve({ subject: 'ada' });
      expect((await from.open(bytes)).statuses).toEqual([200]);
      expect((await from.open(bytes)).statuses).toEqual([429]);
      // Nobody was there any more when it was known.
      expect(from.answers).toHaveLength(1);
    },
  );

  test.each(Object.entries(OF_THE_CLIENT))('%s while a slot behind it waits', async (_how, end) => {
    const reached = Promise.withResolvers<() => void>();
    let isFirst = true;
    const from = await streaming(CAPS, {
      ...SSE,
      use(_req, _res, next) {
        if (isFirst) reached.resolve(() => next());
        else next();
        isFirst = false;
      },
    });
    const client = await from.send(bytes);
    const goOn = await reached.promise;
    await expectFull(from);
    end(client);
    await from.observer.record(Object.keys(OPENINGS).length);
    goOn();
    await expectFree(from, bytes);
    // Nobody was there any more when it went on.
    expect(from.answers).toHaveLength(1);
  });
});

test('a stream that was refused takes no place', async () => {
  const { open, observer } = await streaming({ perUser: 1, total: 5 });
  const first = await open();
  for (let n = 0; n < 9; n += 1) expect((await open()).statuses).toEqual([429]);
  first.socket.destroy();
  await observer.record(9);
  expect((await open()).statuses).toEqual([200]);
});
