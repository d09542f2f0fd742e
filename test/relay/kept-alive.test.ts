import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { expectFailure } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { reset } from '../support/servers.ts';
import { type RawUpstream, rawUpstream, type UpstreamConnection } from '../support/upstream.ts';
import { afterwards, LOSSES, losing, marked, timesSent } from './support/losses.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

test('an upstream that takes the request and says nothing is 504 here as well', async () => {
  holdTimers();
  const upstream = await rawUpstream(onHead((socket) => socket.write(OK)));
  const gateway = await startGateway({ target: upstream.target, timeout: { response: 500 } });
  expect(await send(gateway.port)).toMatchObject({ status: 200 });

  expectFailure(await inHeldTime(send(gateway.port)), 'upstream_timeout', gateway);
  expect(upstream.connections).toHaveLength(1);
  await upstream.connections[0]?.closed();
});

test('an answer that comes while the connection is idle belongs to nobody', async () => {
  const upstream = await rawUpstream(onHead((socket) => socket.write(OK)));
  const gateway = await startGateway({ target: upstream.target });
  await send(gateway.port);

  const { socket } = await upstream.connection(0);
  socket.write('HTTP/1.1 200 OK\r\nX-Poison: 1\r\nContent-Length: 6\r\n\r\npoison');
  await once(socket, 'close');

  const answer = await send(gateway.port);
  expect(answer).toMatchObject({ status: 200, complete: true });
  expect(answer.body).toBe('{}');
  expect(upstream.connections).toHaveLength(2);
});

test('connections that the upstream closes while they are idle take no request, and none is lost', async () => {
  const together = 3;
  const held: Duplex[] = [];
  const upstream = await rawUpstream(
    onHead((socket) => {
      held.push(socket);
      if (held.length % together !== 0) return;
      for (const each of held.slice(-together)) each.write(OK);
    }),
  );
  const gateway = await startGateway({ target: upstream.target });
  const sendAll = () => Promise.all(Array.from({ length: together }, () => send(gateway.port)));
  await sendAll();
  const before = upstream.connections.map(({ received }) => received);

  for (const { socket } of upstream.connections) socket.end();
  for (const connection of upstream.connections) await connection.closed();
  const answers = await sendAll();

  expect(answers).toMatchObject(answers.map(() => ({ status: 200, body: '{}' })));
  expect(upstream.connections).toHaveLength(2 * together);
  const after = upstream.connections.slice(0, together).map(({ received }) => received);
  expect(after).toEqual(before);
  expect(gateway.errors).toEqual([]);
});

describe('trailers do not cost a connection', () => {
  /** Answers each POST with a trailer. */
  const withTrailer = (trailer: string) => (connection: UpstreamConnection) => {
    let answered = 0;
    connection.on('bytes', () => {
      if (connection.received.split('"method":"ping"}').length - 1 === answered) return;
      answered += 1;
      connection.socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${trailer}\r\n\r\n`,
      );
    });
  };

  async function expectAnswers(trailer: string): Promise<RawUpstream> {
    const upstream = await rawUpstream(withTrailer(trailer));
    const gateway = await startGateway({ target: upstream.target });
    for (let i = 0; i < 3; i += 1)
      expect(await send(gateway.port)).toMatchObject({ status: 200, body: '{}' });
    return upstream;
  }

  test('unless they are about it', async () => {
    const upstream = await expectAnswers('X-Sum: 1\r\nServer-Timing: a');
    expect(upstream.connections).toHaveLength(1);
  });

  test.each(['Connection: close', 'Proxy-Connection: close', 'Upgrade: a', 'Connection: upgrade'])(
    'and no request is lost behind one: %s',
    async (trailer) => void (await expectAnswers(trailer)),
  );
});

describe('a POST that may have reached the upstream is never sent again', () => {
  test.each(LOSSES)('reused connection: the upstream %s', async (_name, loss) => {
    const lose = { next: false };
    const upstream = await rawUpstream(losing(lose, loss));
    const gateway = await startGateway({ target: upstream.target });
    expect(await send(gateway.port, marked('POST', 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    const answer = await send(gateway.port, marked('POST', 'lost-one'));

    expect(upstream.connections[0]?.received).toContain('lost-one');
    expectFailure(answer, 'upstream_unreachable', gateway);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBe(1);
    expect(timesSent(upstream, 'first-one')).toBe(1);
  });
});

describe('GET and DELETE may be sent a second time, not a third', () => {
  test.each(['GET', 'DELETE'])('%s', async (method) => {
    const lose = { next: false };
    const upstream = await rawUpstream(losing(lose, ({ socket }) => reset(socket)));
    const gateway = await startGateway({ target: upstream.target });
    expect(await send(gateway.port, marked(method, 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    const answer = await send(gateway.port, marked(method, 'lost-one'));

    expectFailure(answer, 'upstream_unreachable', gateway);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBeLessThanOrEqual(2);
    expect(timesSent(upstream, 'first-one')).toBe(1);
  });

  test.each(['GET', 'DELETE'])('%s lost on a kept-alive connection is answered', async (method) => {
    const lose = { next: false };
    const upstream = await rawUpstream((connection) => {
      // Only a connection that has answered before is about to be closed.
      const isFirst = upstream.connections.length === 1;
      losing(isFirst ? lose : { next: false }, ({ socket }) => reset(socket))(connection);
    });
    const gateway = await startGateway({ target: upstream.target });
    expect(await send(gateway.port, marked('POST', 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    expect(await send(gateway.port, marked(method, 'lost-one'))).toMatchObject({ status: 200 });

    expect(upstream.connections).toHaveLength(2);
    expect(timesSent(upstream, 'lost-one')).toBe(2);
    expect(gateway.errors).toEqual([]);
  });

  test.each([
    [
      'switches protocols',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['begins to answer', 'HTTP/1.1 200 OK\r\nContent-'],
    ['answers what is no HTTP', 'no\r\n\r\n'],
  ])('a GET is not sent again when the upstream %s', async (_name, bytes) => {
    const lose = { next: false };
    const upstream = await rawUpstream(losing(lose, ({ socket }) => void socket.end(bytes)));
    const gateway = await startGateway({ target: upstream.target });
    expect(await send(gateway.port, marked('POST', 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    expect(await send(gateway.port, marked('GET', 'lost-one'))).toMatchObject({ status: 502 });

    expect(timesSent(upstream, 'lost-one')).toBe(1);
  });
});
