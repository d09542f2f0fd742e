import { once } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { requestBytes } from '../support/client/request.ts';
import { holdTimers } from '../support/fake-time.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream, type UpstreamConnection } from '../support/upstream.ts';
import { openStream, startRig } from './rig.ts';
import { type Instance, instances } from './support.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n';
const BODY = `{"id":1,"n":"${'x'.repeat(600_000)}"}`;
/** The gateway's time for a connection, and for an answer. */
const MINUTE_MS = 60_000;
const WHOLE = /"\}\s*(0\s*)?$/;

/** What becomes of a POST that has got its connection. The client may hear of the answer before. */
type Crash = (connection: UpstreamConnection, heard: Promise<unknown>) => Promise<void>;

const after =
  (pattern: RegExp, answer: string, end: (connection: UpstreamConnection) => void): Crash =>
  async (connection, heard) => {
    await connection.has(pattern);
    if (answer !== '') connection.socket.write(answer);
    // A reset throws away what has not been read yet.
    if (answer.startsWith(HEAD)) await heard;
    // So that what was written is on its way before the end.
    else await new Promise((resolve) => setTimeout(resolve, 20));
    end(connection);
  };

const resetting = ({ socket }: UpstreamConnection) => reset(socket);
const ending = ({ socket }: UpstreamConnection) => void socket.end();
const silent = () => {};

const CRASHES: [name: string, crash: Crash, status: number][] = [
  [
    'the connection is reset before a byte is read',
    async (connection) => resetting(connection),
    502,
  ],
  ['it is reset after the head', after(/\r\n\r\n/, '', resetting), 502],
  ['it is closed after the head', after(/\r\n\r\n/, '', ending), 502],
  ['it is reset after the whole request', after(WHOLE, '', resetting), 502],
  ['it is closed after the whole request', after(WHOLE, '', ending), 502],
  ['the answer is no HTTP', after(WHOLE, 'nonsense\r\n\r\n', ending), 502],
  ['it is reset within the head of the answer', after(WHOLE, HEAD.slice(0, 30), resetting), 502],
  ['it is closed within the head of the answer', after(WHOLE, HEAD.slice(0, 30), ending), 502],
  ['it is reset behind the head of the answer', after(WHOLE, HEAD, resetting), 200],
  ['it is reset within the answer', after(WHOLE, `${HEAD}{"jsonrpc"`, resetting), 200],
  ['it is closed within the answer', after(WHOLE, `${HEAD}{"jsonrpc"`, ending), 200],
  [
    'there is no answer in time',
    async (connection) => {
      await connection.has(WHOLE);
      jest.advanceTimersByTime(MINUTE_MS);
    },
    504,
  ],
  [
    'the answer is a 502',
    after(WHOLE, 'HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n', silent),
    502,
  ],
  [
    'the answer is a 503',
    after(WHOLE, 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n', silent),
    503,
  ],
];

/** A gateway whose requests are meant for a target that crashes; beside it is one that is well. */
async function beside(crash: Crash) {
  const heard = Promise.withResolvers<void>();
  const crashing = await rawUpstream((connection) => {
    void once(connection, 'bytes').then(() => {
      if (connection.received.startsWith('POST')) void crash(connection, heard.promise);
      else reset(connection.socket);
    });
  });
  const [live] = (await instances(1)) as [Instance];
  const timeout = { connect: MINUTE_MS, response: MINUTE_MS };
  const rig = await startRig([{ url: `http://127.0.0.1:${crashing.port}/mcp` }, live], {
    breaker: false,
    timeout,
  });
  while (live.streams.size === 0) await openStream(rig.port);
  const posts = () =>
    crashing.connections.map(({ received }) => received.match(/POST \/mcp /g)?.length ?? 0);
  return { ...rig, live, heard, posts: () => posts().reduce((sum, count) => sum + count, 0) };
}

describe.each(['Content-Length', 'chunked'] as const)(
  'a POST framed by %s is sent once, where',
  (framing) => {
    test.each(CRASHES)('%s', async (_, crash, status) => {
      if (status === 504) holdTimers();
      const { port, live, heard, posts, gateway } = await beside(crash);
      const client = await rawClient(port);
      client.send(requestBytes({ body: BODY, framing }));
      await client.has(/\r\n\r\n/);
      heard.resolve();
      await client.closed();
      expect(client.statuses.slice(0, 1)).toEqual([status]);
      expect(posts()).toBe(1);
      expect(live.seen).toEqual(['GET']);
      expect(gateway.targets()).toMatchObject([{ open: 0 }, { open: 1, streams: 1 }]);
    });
  },
);

describe('a POST over a connection that was kept alive is sent once, where', () => {
  const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

  test.each([
    ['it is reset', resetting],
    ['it is closed', ending],
  ])('%s when the next one comes', async (_, end) => {
    const { port, live, posts, gateway } = await beside(async (connection) => {
      await connection.has(WHOLE);
      connection.socket.write(ANSWER);
      await connection.has(/POST .*POST /s);
      end(connection);
    });
    for (const expected of [200, 502]) {
      const client = (await rawClient(port)).send(requestBytes({ body: '{"id":1,"n":"x"}' }));
      await client.closed();
      expect(client.statuses).toEqual([expected]);
    }
    expect(posts()).toBe(2);
    expect(live.seen).toEqual(['GET']);
    expect(gateway.targets()).toMatchObject([{ open: 0 }, { open: 1 }]);
  });
});
