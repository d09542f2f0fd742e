import type { ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import type { AgentOptions } from 'node:https';
import { isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { nodeHttps, nodeTls } from '../../lib/built-in.ts';
import type { HttpProxy } from './network.ts';
import { openTunnel } from './open-tunnel.ts';
import type { OpeningOptions } from './opening.ts';

/** An agent for targets over HTTPS that connects to them. */
export function directAgent(options: AgentOptions): HttpAgent {
  return new (classes().DirectAgent)(options);
}

/** An agent for targets over HTTPS, each of whose connections is a tunnel through the proxy. */
export function tunnellingAgent(proxy: HttpProxy, options: AgentOptions): HttpAgent {
  return new (classes().TunnellingAgent)(proxy, options);
}

/** Whether an agent opens tunnels. */
export function isTunnelling(agent: HttpAgent): boolean {
  return made !== undefined && agent instanceof made.TunnellingAgent;
}

let made: ReturnType<typeof makeClasses> | undefined;

/** Makes the classes with the first agent: the class that they extend loads TLS. */
function classes() {
  made ??= makeClasses();
  return made;
}

function makeClasses() {
  const { Agent } = nodeHttps();

  /**
   * Returns the socket, so that Node's agent needs no callback. Its listeners on the socket would hold the
   * callback, and with it the request that opened the socket, as long as the socket lasts.
   */
  class DirectAgent extends Agent {
    override createConnection(options: ClientRequestArgs): Duplex | null | undefined {
      options.headers = undefined;
      return super.createConnection(options);
    }
  }

  /**
   * Node's own agents do this as well (`proxyEnv`, from 22.21 and 24.5 on), but cannot be told to give up: a tunnel or
   * a handshake in it that hangs stays after the request has gone.
   */
  class TunnellingAgent extends Agent {
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

  return { DirectAgent, TunnellingAgent };
}

type OnCreated = (error: Error | null, socket: Duplex) => void;

/**
 * A function of its own, so that the listener, which lasts as long as the connection, does not hold the
 * request that waited for it.
 */
function encrypt(socket: Socket, options: ConnectionOptions): TLSSocket {
  const secure = nodeTls().connect({ ...options, socket });
  socket.on('error', (lost) => secure.destroy(lost));
  return secure;
}
