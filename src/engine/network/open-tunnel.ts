import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { nodeHttp } from '../../lib/built-in.ts';
import { connectToProxy } from './connect-to-proxy.ts';
import type { HttpProxy } from './network.ts';

type OnOpened = (error: Error | undefined, socket?: Socket) => void;

/**
 * Asks a proxy for a tunnel to `authority`, a host and a port (RFC 9110 section 9.3.6). Calls back once: with
 * the connection, whose other end is the target from now on, or with an error that says why there is none. A
 * caller that gives up destroys the socket that this function returns.
 */
export function openTunnel(proxy: HttpProxy, authority: string, onOpened: OnOpened): Socket {
  const socket = connectToProxy(proxy);
  // The connection may last for days, and holds its listeners: they must not hold the waiting request.
  let waiting: OnOpened | undefined = onOpened;
  const over: OnOpened = (error, opened) => {
    if (error !== undefined) socket.destroy();
    const callback = waiting;
    waiting = undefined;
    callback?.(error, opened);
  };
  ask(socket, proxy, authority)
    .once('connect', ({ statusCode = 0 }, _socket, early: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        over(
          noTunnel(`it answered ${statusCode} ${nodeHttp.STATUS_CODES[statusCode] ?? ''}`.trim()),
        );
        return;
      }
      if (early.length > 0) socket.unshift(early);
      over(undefined, socket);
    })
    .on('error', ({ message }) => over(noTunnel(message)))
    .end();
  return socket;
}

function ask(socket: Socket, { authorization }: HttpProxy, authority: string): ClientRequest {
  const request = nodeHttp.request({
    method: 'CONNECT',
    path: authority,
    headers: {
      Host: authority,
      ...(authorization !== undefined && { 'Proxy-Authorization': authorization }),
    },
    createConnection: () => socket,
  });
  // Without an agent Node would ask the proxy to close.
  request.removeHeader('connection');
  return request;
}

/**
 * The error has a code of its own, because it was not the upstream that failed, not even where the proxy does
 * not speak HTTP. What the proxy says in its own words is not in the error.
 */
function noTunnel(why: string): Error {
  return Object.assign(new Error(`The proxy opened no tunnel: ${why}`), {
    code: 'ERR_PROXY_NO_TUNNEL',
  });
}
