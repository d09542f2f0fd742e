import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { noop } from '../../lib/noop.ts';
import { hostOf, type Network, portOf } from '../network/network.ts';
import type { OpeningListener } from '../network/opening.ts';
import { type ConnectionCounts, poolFor } from '../network/pools.ts';
import { isTunnelling } from '../network/secure-agents.ts';
import { Connection } from './connection.ts';
import { hungUp } from './undici-failure.ts';

/** As many as Node's agent keeps. */
const MOST_IDLE = 256;

/** How long a connection is silent before TCP probes whether the upstream is still there, as Node's agent has it. */
const PROBED_MS = 1000;

type Opened = (error: Error | undefined, connection?: Connection) => void;
type CreateConnection = (
  options: object,
  onCreated: (error: Error | null, socket: Socket) => void,
) => Socket | null | undefined;

/** All connections, by agent, which stands for the terms of its connections, and by origin. */
const all = new WeakMap<Agent, Map<string, Connections>>();

/** The connections that requests to `url` may go over. */
export function connectionsTo(
  url: URL,
  network: Network,
  servername: string | undefined,
): Connections {
  const agent = poolFor(url, network).fresh;
  const ofAgent = all.get(agent) ?? new Map<string, Connections>();
  all.set(agent, ofAgent);
  const connections = ofAgent.get(url.origin) ?? new Connections(agent, url, servername);
  ofAgent.set(url.origin, connections);
  return connections;
}

/** Connections to one origin, opened as Node's agent opens them. */
export class Connections {
  readonly #agent: Agent;
  readonly #origin: string;
  readonly #options: object;
  readonly #idle: Connection[] = [];
  #open = 0;

  constructor(agent: Agent, url: URL, servername: string | undefined) {
    this.#agent = agent;
    this.#origin = url.origin;
    const ofPlace = { host: hostOf(url), port: portOf(url), servername };
    const { options: ofAgent } = agent as Agent & {
      readonly options: { readonly socketPath?: string };
    };
    this.#options = { ...ofPlace, ...ofAgent, path: ofAgent.socketPath ?? null };
  }

  /** How many there are. */
  get counts(): ConnectionCounts {
    return { open: this.#open, idle: this.#idle.filter(({ isOpen }) => isOpen).length };
  }

  /** Takes a connection that was kept alive; undefined where there is none. */
  take(): Connection | undefined {
    let connection = this.#idle.pop();
    while (connection !== undefined && !connection.isOpen) connection = this.#idle.pop();
    return connection;
  }

  /** Keeps a connection whose request is over. */
  keep(connection: Connection): void {
    if (!connection.isOpen) return;
    if (this.#idle.length < MOST_IDLE) this.#idle.push(connection);
    else connection.destroy();
  }

  /**
   * Takes a closed connection out of the list. Those that have been idle for longest come first in it, and
   * close first.
   */
  #forget(connection: Connection): void {
    this.#open -= 1;
    const place = this.#idle.indexOf(connection);
    if (place !== -1) this.#idle.splice(place, 1);
  }

  /**
   * A method of its own: the listener for the end of a connection lasts as long as the connection, and must
   * not hold the request that opened it.
   */
  #create(socket: Socket): Connection {
    const connection = new Connection(this.#origin, socket);
    this.#open += 1;
    socket.once('close', () => this.#forget(connection));
    return connection;
  }

  /**
   * Opens a new connection. Calls back once, unless the opening that `listener` was told of has been
   * destroyed.
   */
  open(listener: OpeningListener, onOpened: Opened): void {
    // Node keeps the options of TLS for as long as the connection lasts: only an agent that takes the
    // listener out again gets it.
    const opening = isTunnelling(this.#agent) && { opening: listener };
    const options = { ...this.#options, ...opening };
    const create = this.#agent.createConnection as unknown as CreateConnection;
    let isCreated = false;
    const onCreated = (error: Error | null, socket: Socket | null | undefined) => {
      if (isCreated) return;
      isCreated = true;
      if (error !== null || !socket) onOpened(error ?? new Error('No connection'));
      else this.#await(socket, listener, onOpened);
    };
    try {
      const socket = create.call(this.#agent, options, onCreated);
      if (socket) onCreated(null, socket);
    } catch (error) {
      process.nextTick(onOpened, error);
    }
  }

  #await(socket: Socket, listener: OpeningListener, onOpened: Opened): void {
    const event = (socket as TLSSocket).encrypted ? 'secureConnect' : 'connect';
    const over = () => {
      socket.off(event, onOpen).off('error', onError).off('close', onClose);
    };
    const onOpen = () => {
      over();
      socket.setKeepAlive(true, PROBED_MS);
      onOpened(undefined, this.#create(socket));
    };
    const onError = (error: Error) => {
      over();
      socket.on('error', noop);
      onOpened(error);
    };
    const onClose = () => onError(hungUp());
    socket.on(event, onOpen).on('error', onError).on('close', onClose);
    listener.onOpening(socket);
  }
}
