import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import type { Engine, UpstreamListener, UpstreamRequest } from '../../src/engine/engine.ts';
import { httpProxyMiddlewareEngine } from '../../src/engine/http-proxy-middleware.ts';
import { type Network, PLAIN_NETWORK } from '../../src/engine/network/network.ts';
import { NO_BODY, UNTIL_ANSWERED } from '../../src/engine/own-request.ts';
import { undiciEngine } from '../../src/engine/undici/undici.ts';
import { noop } from '../../src/lib/noop.ts';
import { Authority, describeWithCertificates } from '../support/certificates.ts';
import { secureUpstream } from '../support/secure-upstream.ts';
import { answering, rawUpstream } from '../support/upstream.ts';
import { forwardProxy } from './support/forward-proxy.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const LISTENER: Omit<UpstreamListener, 'onAnswer'> = { ...UNTIL_ANSWERED, onFailure: noop };

/** Sends a request and has it answered; all that is left is a reference that holds nothing. */
async function sent(engine: Engine): Promise<WeakRef<UpstreamRequest>> {
  const request: UpstreamRequest = {
    method: 'DELETE',
    fresh: false,
    responseTimeout: undefined,
    headers: {},
    body: NO_BODY,
  };
  const answered = Promise.withResolvers<void>();
  engine(request, {
    ...LISTENER,
    onAnswer: ({ body }) => void once(body.resume(), 'end').then(() => answered.resolve()),
  });
  await answered.promise;
  return new WeakRef(request);
}

/** Waits until nothing holds it any more, or garbage collection has had its chances. */
async function letGo(reference: WeakRef<object>): Promise<void> {
  for (let i = 0; i < 20 && reference.deref() !== undefined; i += 1) {
    await turn();
    collectGarbage();
  }
}

/** Has the upstream close a connection that is idle; all that is left is a reference that holds nothing. */
async function closedWhenIdle(engineTo: typeof undiciEngine): Promise<WeakRef<Socket>> {
  const upstream = await rawUpstream(answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
  const opened = Promise.withResolvers<Socket>();
  const onSocket = (message: unknown) => opened.resolve((message as { socket: Socket }).socket);
  subscribe('net.client.socket', onSocket);
  await sent(engineTo(new URL(upstream.target), PLAIN_NETWORK));
  unsubscribe('net.client.socket', onSocket);
  const socket = await opened.promise;
  const isClosed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  (await upstream.connection(0)).socket.end();
  await isClosed;
  return new WeakRef(socket);
}

const ENGINES = { 'http-proxy-middleware': httpProxyMiddlewareEngine, undici: undiciEngine };

describeWithCertificates('a connection that is kept', () => {
  test.each([
    ['directly', 'http-proxy-middleware'],
    ['through a proxy', 'http-proxy-middleware'],
    ['directly', 'undici'],
    ['through a proxy', 'undici'],
  ] as const)('holds nothing of the request that opened it: %s, %s', async (way, name) => {
    const upstream = await secureUpstream(new Authority('Private authority').issue('localhost'));
    const { port } = await forwardProxy();
    const proxy = { isSecure: false, host: '127.0.0.1', port, authorization: undefined };
    const network: Network = {
      tls: {
        secureContext: undefined,
        servername: undefined,
        acceptsInvalidCertificates: true,
        fingerprint: '',
      },
      socketPath: undefined,
      proxies: { exceptions: [], ...(way === 'through a proxy' && { 'https:': proxy }) },
    };

    const engine = ENGINES[name](new URL(`https://localhost:${upstream.port}/`), network);
    const first = await sent(engine);
    await letGo(first);

    expect(first.deref()).toBeUndefined();
    await sent(engine);
    expect(upstream.connections).toHaveLength(1);
  });
});

test.each(Object.entries(ENGINES))(
  'a connection that the upstream closes while it is idle is held by nobody: %s',
  async (_name, engineTo) => {
    const socket = await closedWhenIdle(engineTo);
    await letGo(socket);
    expect(socket.deref()).toBeUndefined();
  },
);
