import { describe, expect, jest, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { headOf, requestBytes } from '../support/client/request.ts';
import { closedPort } from '../support/closed-port.ts';
import { holdTimers } from '../support/fake-time.ts';
import { until } from '../support/jwt/gate.ts';
import { reset } from '../support/servers.ts';
import { type RawUpstream, rawUpstream, type UpstreamConnection } from '../support/upstream.ts';
import { startRig } from './rig.ts';

const BODY = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

type Kill = (connection: UpstreamConnection) => void;

/** Kills a connection when that much of a request has come. */
const when =
  (pattern: RegExp, kill: Kill): Kill =>
  (connection) =>
    void connection.has(pattern).then(() => kill(connection));

/** Writes that, and resets the connection when it is on its way. */
const afterWriting =
  (text: string): Kill =>
  ({ socket }) =>
    void socket.write(text, () => reset(socket));

const WHOLE = /"ping"\}/;

const STAGES: [stage: string, kill: Kill][] = [
  ['is accepted', ({ socket }) => reset(socket)],
  ['has brought the head of the request', when(/\r\n\r\n/, ({ socket }) => reset(socket))],
  ['has brought half of its body', when(/"jsonrpc"/, ({ socket }) => reset(socket))],
  ['has brought all of it', when(WHOLE, ({ socket }) => reset(socket))],
  ['has brought all of it, in order', when(WHOLE, ({ socket }) => void socket.end())],
  ['has got half the head of an answer', when(WHOLE, afterWriting('HTTP/1.1 200 OK\r\nCont'))],
  ['has got the head of an answer', when(WHOLE, afterWriting(OK.slice(0, -2)))],
  ['has got half of an answer', when(WHOLE, afterWriting(OK.slice(0, -1)))],
];

/** Two upstreams that kill every connection by which a request comes, until told to answer. */
async function start(kill: Kill) {
  const mode = { isKilling: true };
  const answer: Kill = (connection) => {
    let answered = 0;
    connection.on('bytes', () => {
      const whole = connection.received.split('"ping"}').length - 1;
      for (; answered < whole; answered += 1) connection.socket.write(OK);
    });
  };
  const create = () => rawUpstream((one) => (mode.isKilling ? kill(one) : answer(one)));
  const upstreams = [await create(), await create()] as const;
  // None is left alone: what is lost could be sent to either of them again.
  const rig = await startRig(
    upstreams.map(({ target }) => ({ url: String(target) })),
    {
      breaker: { failures: 1000 },
    },
  );
  return { ...rig, upstreams, mode };
}

function timesSeen(upstreams: readonly RawUpstream[], mark: string): number {
  const received = upstreams.flatMap(({ connections }) => connections.map((one) => one.received));
  return received.join('').split(`${mark};`).length - 1;
}

/** Whether a request with this mark has come whole. */
function wholeOf(connections: readonly UpstreamConnection[], mark: string): boolean {
  return connections.some(({ received }) => received.includes(mark) && WHOLE.test(received));
}

async function post(port: number, mark: string, isSlow = false): Promise<string> {
  const client = await rawClient(port);
  const head = { headers: { 'Mcp-Name': `${mark};` } };
  if (isSlow) {
    const half = BODY.slice(0, 20);
    client.send(`${headOf(head)}Content-Length: ${BODY.length}\r\n\r\n${half}`);
    await client.has(/\r\n\r\n/);
    client.send(BODY.slice(20));
  } else client.send(requestBytes({ ...head, body: BODY }));
  return client.closed();
}

/** When both upstreams have answered a request, whatever was sent again before has come. */
async function afterwards(
  port: number,
  upstreams: readonly RawUpstream[],
  mode: { isKilling: boolean },
): Promise<void> {
  mode.isKilling = false;
  while (upstreams.some((upstream) => timesSeen([upstream], 'after') === 0)) {
    await Promise.all([post(port, 'after'), post(port, 'after')]);
  }
}

describe('a POST is sent to one target, and once, though another one could take it', () => {
  test.each(STAGES)('when its connection %s', async (_stage, kill) => {
    const { port, upstreams, mode } = await start(kill);
    const isEarly = STAGES.slice(0, 3).some(([, early]) => early === kill);
    const marks = Array.from({ length: 6 }, (_, i) => `lost-${i}`);
    for (const mark of marks) {
      const text = await post(port, mark, isEarly);
      // What came of an answer is cut; without any, the gateway answers.
      expect(text).toMatch(/^HTTP\/1\.1 (502|200) /);
    }
    await afterwards(port, upstreams, mode);
    for (const mark of marks) {
      // A connection that is reset at once may have taken nothing.
      const least = kill === STAGES[0]?.[1] ? 0 : 1;
      const times = timesSeen(upstreams, mark);
      expect([mark, times <= 1, times >= least]).toEqual([mark, true, true]);
    }
  });

  test('when its connection was kept alive, and breaks', async () => {
    const { port, upstreams, mode } = await start(when(WHOLE, ({ socket }) => reset(socket)));
    await afterwards(port, upstreams, mode);
    const kept = upstreams.flatMap(({ connections }) => connections);
    for (const connection of kept) {
      connection.removeAllListeners('bytes');
      connection.on('bytes', () => reset(connection.socket));
    }
    mode.isKilling = true;
    const marks = Array.from({ length: 6 }, (_, i) => `lost-${i}`);
    for (const mark of marks) expect(await post(port, mark)).toMatch(/^HTTP\/1\.1 502 /);
    await afterwards(port, upstreams, mode);
    for (const mark of marks) expect([mark, timesSeen(upstreams, mark)]).toEqual([mark, 1]);
  });

  test('when its answer takes too long', async () => {
    const upstreams = [await rawUpstream(), await rawUpstream()];
    const { port } = await startRig(
      upstreams.map(({ target }) => ({ url: String(target) })),
      {
        timeout: { response: '1m' },
        breaker: { failures: 1000 },
      },
    );
    holdTimers();
    for (let i = 0; i < 6; i += 1) {
      const answer = post(port, `late-${i}`);
      await until(() => upstreams.some(({ connections }) => wholeOf(connections, `late-${i}`)));
      jest.advanceTimersByTime(60_000);
      expect(await answer).toMatch(/^HTTP\/1\.1 504 /);
    }
    for (let i = 0; i < 6; i += 1) expect(timesSeen(upstreams, `late-${i}`)).toBe(1);
  });
});

test('a POST that found nobody there is sent to the other target, once and whole', async () => {
  // Each request needs a connection of its own.
  const last = OK.replace('\r\n', '\r\nConnection: close\r\n');
  const upstream = await rawUpstream(when(WHOLE, ({ socket }) => void socket.end(last)));
  const nobody = { url: `http://127.0.0.1:${await closedPort()}/mcp` };
  const { port, gateway, errors } = await startRig([nobody, { url: String(upstream.target) }]);
  const marks = Array.from({ length: 20 }, (_, i) => `moved-${i}`);
  for (const mark of marks) {
    const sent = post(port, mark);
    const connection = await upstream.connection(upstream.connections.length);
    await connection.has(WHOLE);
    expect(await sent).toMatch(/^HTTP\/1\.1 200 .*\{\}$/s);
  }
  for (const mark of marks) expect(timesSeen([upstream], mark)).toBe(1);
  expect(gateway.targets().map(({ open }) => open)).toEqual([0, 0]);
  expect(gateway.targets()[0]?.failures).toBeGreaterThan(0);
  expect(errors).toEqual([]);
});
