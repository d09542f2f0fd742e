import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { RawClient } from '../support/client/raw.ts';
import { reset } from '../support/servers.ts';
import { GET, type Streaming, streaming } from './support/streaming.ts';

const HEAD = `${GET}\r\n`;

/** So many streams may be opened, and no more. */
async function expectPlaces({ open }: Streaming, places: number): Promise<void> {
  for (let n = 0; n < places; n += 1) expect((await open()).statuses).toEqual([200]);
  expect((await open()).statuses).toEqual([429]);
}

const LEAVING: Readonly<Record<string, (client: RawClient) => unknown>> = {
  leaves: ({ socket }) => socket.destroy(),
  resets: ({ socket }) => reset(socket),
  'closes its side': ({ socket }) => socket.end(),
};

describe('of several GETs that a client sends in advance, the one whose turn it is has a place', () => {
  test.each(Object.entries(LEAVING))(
    'it is free again when it %s during the first stream',
    async (_how, leave) => {
      const from = await streaming({ total: 3 });
      const client = await from.open(HEAD.repeat(3));
      await from.answerTo(0);
      await expectPlaces(from, 2);
      leave(client);
      await from.observer.record(3);
      expect((await from.open()).statuses).toEqual([200]);
      expect((await from.open()).statuses).toEqual([429]);
    },
  );

  test.each(Object.entries(LEAVING))(
    'it is free again when it %s before any answer',
    async (_how, leave) => {
      const from = await streaming({ total: 1 });
      const { answer } = from;
      from.answer = () => {};
      const client = await from.send(HEAD.repeat(3));
      await from.answerTo(0);
      await expectPlaces(from, 0);
      from.answer = answer;
      leave(client);
      await from.observer.record(3);
      await expectPlaces(from, 1);
    },
  );

  test('that of the first goes to the next when it ends', async () => {
    const from = await streaming({ total: 1 });
    const client = await from.open(HEAD.repeat(3));
    await expectPlaces(from, 0);
    from.answers[0]?.end();
    await client.has(/\r\n0\r\n\r\nHTTP/);
    await from.answerTo(1);
    expect(client.statuses).toEqual([200, 200]);
    await expectPlaces(from, 0);
  });

  test('one that is refused in its turn leaves its place to the next', async () => {
    const from = await streaming({ total: 1 });
    const client = await from.open(HEAD.repeat(3));
    const first = await from.answerTo(0);
    const gone = once(first, 'close');
    const { answer } = from;
    from.answer = (res) => res.writeHead(405).end();
    first.end();
    await gone;
    await client.has(/(405 [\s\S]*){2}/);
    expect(client.statuses).toEqual([200, 405, 405]);
    from.answer = answer;
    await expectPlaces(from, 1);
  });

  test('those that it leaves while it is found out who asks take none', async () => {
    const known = Promise.withResolvers<{ subject: string }>();
    const from = await streaming({ perUser: 2, total: 2 }, { auth: () => known.promise });
    const client = await from.send(HEAD.repeat(2));
    await from.observer.has('onRequest', 2);
    client.socket.destroy();
    await from.observer.record(1);
    known.resolve({ subject: 'ada' });
    await expectPlaces(from, 2);
    expect(from.answers).toHaveLength(2);
  });
});
