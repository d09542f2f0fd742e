import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { inProcessAgent, type UpstreamHandler } from '../../engine/in-process.ts';
import { hostOf, PLAIN_NETWORK } from '../../engine/network/network.ts';
import { poolFor } from '../../engine/network/pools.ts';
import { nodeHttp, nodeHttps } from '../../lib/built-in.ts';
import { ApiFailure } from './api-failure.ts';
import type { ApiBase, ApiRequest } from './build-request.ts';
import { type ApiAnswer, readAnswer } from './read-answer.ts';

/**
 * The place that requests go to. The operator sets it once, and nothing that comes with a call can change it.
 */
interface Place {
  readonly isSecure: boolean;
  readonly agent: Agent;
  readonly hostname: string;
  readonly port: string | undefined;
  /** What the API sees as `Host`. */
  readonly host: string;
}

/** An HTTP API: at a URL, or a handler in this process. */
export class Api {
  readonly base: ApiBase;
  readonly #place: Place;

  constructor(base: URL | UpstreamHandler) {
    this.#place = typeof base === 'function' ? inProcess(base) : remote(base);
    this.base =
      typeof base === 'function'
        ? { path: '', query: '' }
        : { path: base.pathname.replace(/\/+$/, ''), query: base.search.slice(1) };
  }

  /**
   * Sends a request, and reads the answer. A GET is sent once more where no connection was made: then the API
   * has not seen it.
   *
   * @throws {ApiFailure}
   */
  async send(
    request: ApiRequest,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ApiAnswer> {
    try {
      return await this.#once(request, headers, signal);
    } catch (error) {
      const isRepeatable = request.method === 'GET' && !signal.aborted;
      if (!isRepeatable || !(error instanceof ApiFailure) || error.kind !== 'unreachable')
        throw error;
      return await this.#once(request, headers, signal);
    }
  }

  #once(
    { method, target, body, headers: own }: ApiRequest,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ApiAnswer> {
    const { isSecure, agent, hostname, port, host } = this.#place;
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
    const options = {
      agent,
      hostname,
      ...(port !== undefined && { port }),
      method,
      path: target,
      headers: {
        ...own,
        ...headers,
        host,
        // Node leaves this field out where it expects no body.
        ...(body !== undefined && { 'content-length': String(body.length) }),
      },
      signal,
    };
    const outgoing = isSecure ? nodeHttps().request(options) : nodeHttp.request(options);
    const connection = watchConnection(outgoing, isSecure);
    outgoing.on('error', (cause) => reject(failureOf(cause, signal, connection.isMade)));
    outgoing.once('upgrade', (_answer, socket) => {
      socket.destroy();
      reject(new ApiFailure('lost', new Error('The API switched protocols')));
    });
    outgoing.once('response', (answer: IncomingMessage) => {
      readAnswer(answer, method).then(resolve, (cause) => reject(failureOf(cause, signal, true)));
    });
    outgoing.end(body);
    return promise;
  }
}

function inProcess(handler: UpstreamHandler): Place {
  const host = 'localhost';
  return { isSecure: false, agent: inProcessAgent(handler), hostname: host, port: undefined, host };
}

function remote(url: URL): Place {
  return {
    isSecure: url.protocol === 'https:',
    agent: poolFor(url, PLAIN_NETWORK).keeping,
    hostname: hostOf(url),
    port: url.port === '' ? undefined : url.port,
    host: url.host,
  };
}

function watchConnection(outgoing: ClientRequest, isSecure: boolean): { isMade: boolean } {
  const connection = { isMade: false };
  outgoing.once('socket', (socket) => {
    const isOpening =
      socket.connecting || (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting;
    if (outgoing.reusedSocket || isOpening !== true) connection.isMade = true;
    else {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        connection.isMade = true;
      });
    }
  });
  return connection;
}

function failureOf(cause: unknown, signal: AbortSignal, isConnected: boolean): ApiFailure {
  if (signal.aborted)
    return signal.reason instanceof ApiFailure ? signal.reason : new ApiFailure('cancelled', cause);
  if (cause instanceof ApiFailure) return cause;
  return new ApiFailure(isConnected ? 'lost' : 'unreachable', cause);
}
