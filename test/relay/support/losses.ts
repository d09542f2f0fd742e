import { expect } from '@jest/globals';
import type { Outgoing } from '../../support/client/request.ts';
import { send } from '../../support/client/send.ts';
import { reset } from '../../support/servers.ts';
import type { RawUpstream, UpstreamConnection } from '../../support/upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

/** How an upstream may lose a request that it has read whole. */
export const LOSSES: readonly (readonly [string, (connection: UpstreamConnection) => void])[] = [
  ['resets the connection', ({ socket }) => reset(socket)],
  ['closes the connection', ({ socket }) => void socket.end()],
  ['stops within its head', ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\nContent-')],
  ['says 100 and closes', ({ socket }) => void socket.end('HTTP/1.1 100 Continue\r\n\r\n')],
];

/** A request that can be told from others in what an upstream received. */
export function marked(method: string, mark: string): Outgoing {
  return { method, headers: [`Mcp-Name: ${mark}`] };
}

export function timesSent({ connections }: RawUpstream, mark: string): number {
  const received = connections.map((connection) => connection.received).join('');
  return received.split(mark).length - 1;
}

/** When this one is answered, whatever was sent again before it has been sent. */
export async function afterwards(
  port: number,
  upstream: RawUpstream,
  lose: { next: boolean },
): Promise<void> {
  lose.next = false;
  for (let i = 0; i < 3; i++) {
    expect(await send(port, marked('GET', `afterwards-${i}`))).toMatchObject({ status: 200 });
  }
  expect(timesSent(upstream, 'afterwards-2')).toBe(1);
}

/** Reads requests one after the other; loses one by `loss`, answers the rest. */
export function losing(
  lose: { next: boolean },
  loss: (connection: UpstreamConnection) => void,
): (connection: UpstreamConnection) => void {
  return (connection) => {
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
