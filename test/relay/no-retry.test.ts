import { describe, expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import { afterwards, LOSSES, losing, marked, timesSent } from './support/losses.ts';

describe('a POST that may have reached the upstream is never sent again', () => {
  test.each(LOSSES)('new connection: the upstream %s', async (_name, loss) => {
    const lose = { next: true };
    const upstream = await rawUpstream(losing(lose, loss));
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port, marked('POST', 'lost-one'));

    expectFailure(answer, 'upstream_unreachable', gateway);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBe(1);
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

    expect(client.statuses).toEqual([502]);
    await afterwards(gateway.port, upstream, lose);
    expect(timesSent(upstream, 'lost-one')).toBe(1);
  });
});

test.each(['GET', 'DELETE'])('%s lost on a new connection is not sent again', async (method) => {
  const upstream = await rawUpstream(losing({ next: true }, ({ socket }) => reset(socket)));
  const gateway = await startGateway({ target: upstream.target });

  expectFailure(
    await send(gateway.port, marked(method, 'lost-one')),
    'upstream_unreachable',
    gateway,
  );
  expect(timesSent(upstream, 'lost-one')).toBe(1);
});
