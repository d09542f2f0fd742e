import { describe, expect, test } from '@jest/globals';
import { startGateway } from '../support/gateway.ts';
import { rawClient } from '../support/raw-client.ts';
import { reset } from '../support/servers.ts';
import { type RawUpstream, rawUpstream, type UpstreamConnection } from '../support/upstream.ts';
import { ask, expectFailure, rawRequest, statusesOf } from './support/answer.ts';
import { onHead } from './support/upstreams.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

/** How an upstream may lose a request that it has read whole. */
const LOSSES: readonly (readonly [string, (connection: UpstreamConnection) => void])[] = [
  ['resets the connection', ({ socket }) => reset(socket)],
  ['closes the connection', ({ socket }) => void socket.end()],
  ['stops within its head', ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\nContent-')],
  ['says 100 and closes', ({ socket }) => void socket.end('HTTP/1.1 100 Continue\r\n\r\n')],
];

/** A request that can be told from others in what an upstream received. */
const marked = (method: string, mark: string) =>
  ({ method, fields: [`Mcp-Name: ${mark}`] }) as const;

function timesSent({ connections }: RawUpstream, mark: string): number {
  const received = connections.map((connection) => connection.received).join('');
  return received.split(mark).length - 1;
}

/** When this one is answered, whatever was sent again before it has been sent. */
async function afterwards(port: number, upstream: RawUpstream, lose: { next: boolean }) {
  lose.next = false;
  for (let i = 0; i < 3; i++) {
    expect(await ask(port, marked('GET', `afterwards-${i}`))).toMatchObject({ status: 200 });
  }
  expect(timesSent(upstream, 'afterwards-2')).toBe(1);
}

/** Reads requests one after the other; loses one by `loss`, answers the rest. */
function losing(lose: { next: boolean }, loss: (connection: UpstreamConnection) => void) {
  return (connection: UpstreamConnection) => {
    let answered = 0;
    connection.on('bytes', () => {
      const { received, socket } = connection;
      const whole = received.split(/\r\n\r\n/).length - 1;
      const bodies = received.split('"method":"ping"}').length - 1;
      const posts = received.split(/^POST /m).length - 1;
      if (whole <= answered || bodies < posts) return;
      answered = whole;
      if (lose.next) loss(connection);
      else socket.write(OK);
    });
  };
}

describe('R6: a POST that may have reached the upstream is never sent again', () => {
  test.each(LOSSES)('fault 7: new connection: the upstream %s', async (_name, loss) => {
    const lose = { next: true };
    const upstream = await rawUpstream(losing(lose, loss));
    const gateway = await startGateway({ target: upstream.target });

    const answer = await ask(gateway.port, marked('POST', 'lost-one'));

    expectFailure(answer, 'upstream_unreachable', gateway);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBe(1);
  });

  test.each(LOSSES)('fault 8: reused connection: the upstream %s', async (_name, loss) => {
    const lose = { next: false };
    const upstream = await rawUpstream(losing(lose, loss));
    const gateway = await startGateway({ target: upstream.target });
    expect(await ask(gateway.port, marked('POST', 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    const answer = await ask(gateway.port, marked('POST', 'lost-one'));

    expect(upstream.connections[0]?.received).toContain('lost-one');
    expectFailure(answer, 'upstream_unreachable', gateway);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBe(1);
    expect(timesSent(upstream, 'first-one')).toBe(1);
  });

  test('nor when half of it is still to come', async () => {
    const lose = { next: true };
    const upstream = await rawUpstream((connection) => {
      if (lose.next) onHead((socket) => reset(socket))(connection);
      else losing(lose, () => {})(connection);
    });
    const gateway = await startGateway({ target: upstream.target });
    const request = rawRequest(marked('POST', 'lost-one'));
    const client = await rawClient(gateway.port);

    client.send(request.slice(0, -5));
    await client.has(/ 502 /);
    client.send(request.slice(-5));
    await client.closed();

    expect(statusesOf(client)).toEqual([502]);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBe(1);
  });
});

describe('fault 8: GET and DELETE may be sent a second time, not a third', () => {
  test.each(['GET', 'DELETE'])('%s', async (method) => {
    const lose = { next: false };
    const upstream = await rawUpstream(losing(lose, ({ socket }) => reset(socket)));
    const gateway = await startGateway({ target: upstream.target });
    expect(await ask(gateway.port, marked(method, 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    const answer = await ask(gateway.port, marked(method, 'lost-one'));

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
    expect(await ask(gateway.port, marked('POST', 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    expect(await ask(gateway.port, marked(method, 'lost-one'))).toMatchObject({ status: 200 });

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
    expect(await ask(gateway.port, marked('POST', 'first-one'))).toMatchObject({ status: 200 });

    lose.next = true;
    expect(await ask(gateway.port, marked('GET', 'lost-one'))).toMatchObject({ status: 502 });

    expect(timesSent(upstream, 'lost-one')).toBe(1);
  });

  test.each(['GET', 'DELETE'])('%s lost on a new connection is not sent again', async (method) => {
    const upstream = await rawUpstream(losing({ next: true }, ({ socket }) => reset(socket)));
    const gateway = await startGateway({ target: upstream.target });

    expectFailure(
      await ask(gateway.port, marked(method, 'lost-one')),
      'upstream_unreachable',
      gateway,
    );
    expect(timesSent(upstream, 'lost-one')).toBe(1);
  });
});
