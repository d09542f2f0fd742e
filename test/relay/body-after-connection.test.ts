import { describe, expect, test } from '@jest/globals';
import type { Engine, UpstreamListener, UpstreamRequest } from '../../src/engine/engine.ts';
import { httpProxyMiddlewareEngine } from '../../src/engine/http-proxy-middleware.ts';
import { inProcessEngines } from '../../src/engine/in-process.ts';
import { PLAIN_NETWORK } from '../../src/engine/network/network.ts';
import { noop } from '../../src/lib/noop.ts';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { post, send } from '../support/client/send.ts';
import { closedPort } from '../support/closed-port.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}';

/** Sends a request with an engine, and resolves with what happened in order once it has ended. */
function eventsOf(engine: Engine, { until }: { until: string }): Promise<string[]> {
  return new Promise((resolve) => {
    const events: string[] = [];
    const note = (event: string) => {
      events.push(event);
      if (event === until) resolve(events);
    };
    const listener: UpstreamListener = {
      onConnecting: () => note('connecting'),
      onConnected: () => note('connected'),
      onBodyBytes: noop,
      onBodySent: noop,
      onBodyBlocked: noop,
      onBodyFlowing: noop,
      onBodyLost: noop,
      onAnswer: ({ body }) => void body.resume().once('end', () => note('answered')),
      onFailure: ({ kind }) => note(kind),
    };
    const body: UpstreamRequest['body'] = {
      sendTo(outgoing) {
        note('body taken');
        outgoing.end();
      },
    };
    engine({ method: 'POST', fresh: false, headers: {}, body }, listener);
  });
}

describe('an engine takes the body of a request', () => {
  test('once a new connection stands, and at once from one that was kept alive', async () => {
    const { port } = await serve((_req, res) => res.end());
    const engine = httpProxyMiddlewareEngine(new URL(`http://127.0.0.1:${port}/`), PLAIN_NETWORK);

    const first = await eventsOf(engine, { until: 'answered' });
    expect(first).toEqual(['connecting', 'connected', 'body taken', 'answered']);
    const second = await eventsOf(engine, { until: 'answered' });
    expect(second).toEqual(['connected', 'body taken', 'answered']);
  });

  test('once a handler in this process is there to read it', async () => {
    const engine = inProcessEngines((_req, res) => res.end())(new URL('http://localhost/'));

    const events = await eventsOf(engine, { until: 'answered' });
    expect(events).toEqual(['connecting', 'connected', 'body taken', 'answered']);
  });

  test.each(['http', 'https'])('not where nobody listens, over %s', async (protocol) => {
    const url = new URL(`${protocol}://127.0.0.1:${await closedPort()}/`);

    const events = await eventsOf(httpProxyMiddlewareEngine(url, PLAIN_NETWORK), {
      until: 'unreachable',
    });
    expect(events).toEqual(['connecting', 'unreachable']);
  });

  test('not where the TLS handshake fails', async () => {
    const upstream = await rawUpstream(({ socket }) => socket.end('no TLS'));
    const url = new URL(`https://127.0.0.1:${upstream.port}/`);

    const events = await eventsOf(httpProxyMiddlewareEngine(url, PLAIN_NETWORK), {
      until: 'unreachable',
    });
    expect(events).toEqual(['connecting', 'unreachable']);
  });
});

describe('a request that reaches no upstream', () => {
  test('is recorded with what it asked for, and with no byte sent', async () => {
    const observer = witness();
    const target = `http://127.0.0.1:${await closedPort()}/`;
    const gateway = await startGateway({ target, observe: observer });

    expectFailure(await post(gateway.port, CALL), 'upstream_unreachable', gateway);

    expect(await observer.record()).toMatchObject({
      slot: 'relay',
      bytesIn: 0,
      messages: [{ method: 'tools/call', name: 'add' }],
    });
  });

  test('is answered with its id while its body is still on its way', async () => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({
      target: `https://127.0.0.1:${upstream.port}/`,
      timeout: { connect: 150 },
    });
    const client = await rawClient(gateway.port);
    client.send(
      `POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n${CALL.slice(0, -1)}`,
    );

    await client.has(/ 504 .*"id":1,"error"/s);
    // The gateway reads on for a moment, so that the client gets to see its answer.
    client.socket.destroy();
  });
});

test('a body that waits for the connection arrives whole', async () => {
  const { target, seen } = await recordingUpstream();
  const gateway = await startGateway({ target });
  const bodies = [CALL, `{"a":"${'x'.repeat(300_000)}"}`];

  for (const body of bodies)
    expect(await send(gateway.port, { body })).toMatchObject({ status: 200 });

  expect(seen.map(({ body }) => body.toString())).toEqual(bodies);
});
