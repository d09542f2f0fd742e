import type { AgentOptions } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { nodeHttp, nodeHttps, nodeTls } from '../../lib/built-in.ts';
import { connectToProxy } from './connect-to-proxy.ts';
import type { HttpProxy } from './network.ts';
import { openTunnel } from './open-tunnel.ts';

/** Who waits for a connection that is being opened before Node has a socket to show for it. */
export interface OpeningListener {
  /** It is being opened from now on; `destroy` gives up. */
  onOpening(opening: { destroy(): void }): void;
}

/** What the request that needs a connection adds to its options, besides what is Node's. */
export interface OpeningOptions {
  opening?: OpeningListener | undefined;
}

type OnCreated = (error: Error | null, socket: Duplex) => void;

/** For targets over HTTP: the proxy is connected to, and each request names the target. */
export class ForwardingAgent extends nodeHttp.Agent {
  readonly #proxy: HttpProxy;

  constructor(proxy: HttpProxy, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(): Duplex {
    return connectToProxy(this.#proxy);
  }
}

/**
 * For targets over HTTPS: each connection is a tunnel through the proxy. Node's own agents do this as
 * well (`proxyEnv`, from 22.21 and 24.5 on), but cannot be told to give up: a tunnel or a handshake in it that hangs
 * stays after the request has gone.
 */
export class TunnellingAgent extends nodeHttps.Agent {
  readonly #proxy: HttpProxy;

  constructor(proxy: HttpProxy, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: ConnectionOptions & OpeningOptions,
    onCreated: OnCreated,
  ): undefined {
    const { opening, host = '', port } = options;
    // Node keeps the options for as long as the connection lasts.
    options.opening = undefined;
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    const tunnel = openTunnel(this.#proxy, authority, (error, socket) => {
      if (socket === undefined) {
        onCreated(error ?? null, tunnel);
        return;
      }
      onCreated(null, encrypt(socket, options));
    });
    opening?.onOpening(tunnel);
  }
}

/** By itself, so that the listener, which lasts as long as the connection, holds nothing of who waited for it. */
function encrypt(socket: Socket, options: ConnectionOptions): TLSSocket {
  const secure = nodeTls.connect({ ...options, socket });
  socket.on('error', (lost) => secure.destroy(lost));
  return secure;
}
