import { expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { rawUpstream } from '../support/upstream.ts';

const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

// Node keeps the time of its sockets by a clock that nobody can set.
test('by default, silence outlives what keep-alive sockets are given (5 s in Node)', async () => {
  const silent = await rawUpstream();
  const stream = await rawUpstream(onHead((socket) => socket.write(STREAM)));
  const gateways = [
    await startGateway({ target: silent.target }),
    await startGateway({ target: silent.target }),
    await startGateway({ target: stream.target }),
  ];
  const [get, post, events] = await Promise.all(
    gateways.map(async ({ port }, i) =>
      (await rawClient(port)).send(rawRequest({ method: i === 1 ? 'POST' : 'GET' })),
    ),
  );
  await events?.has(/\r\n\r\n/);

  await new Promise((resolve) => setTimeout(resolve, 6_000));
  for (const { socket } of silent.connections) socket.end(`${STREAM}data: late\n\n`);
  for (const { socket } of stream.connections) socket.end('data: late\n\n');

  for (const client of [get, post, events]) {
    expect(await client?.closed()).toContain('data: late\n\n');
    expect(client && readAnswer(client)).toMatchObject({ status: 200, complete: true });
  }
  expect(gateways.flatMap((gateway) => gateway.errors)).toEqual([]);
});
