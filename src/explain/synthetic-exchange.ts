import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { joinedHeaders } from '../http/joined-headers.ts';
import { nodeHttp } from '../lib/built-in.ts';
import type { ReadRequest } from './read-request.ts';

/** What Express adds to requests and answers. */
export interface Surroundings {
  readonly request: object;
  readonly response: object;
}

/** A request that no client has sent, and an answer that no client gets. */
export interface SyntheticExchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Ends both, as where a client leaves, for all code that still waits for one of them. */
  close(): void;
}

/** Makes both from a description, as Node's server and an Express app around it would. */
export function syntheticExchange(
  { method, lines, ip, body, baseUrl, url, originalUrl, params }: ReadRequest,
  { request, response }: Surroundings,
): SyntheticExchange {
  const socket = new NoSocket(ip) as Duplex as Socket;
  const req = new nodeHttp.IncomingMessage(socket);
  req.method = method;
  req.httpVersion = '1.1';
  req.httpVersionMajor = 1;
  req.httpVersionMinor = 1;
  req.rawHeaders = [...lines];
  req.headers = joinedHeaders(lines);
  if (body !== undefined && body.length > 0) req.push(body);
  req.push(null);
  req.complete = true;
  const res = new nodeHttp.ServerResponse(req);
  res.assignSocket(socket);
  Object.setPrototypeOf(req, request);
  Object.setPrototypeOf(res, response);
  Object.assign(req, { url, baseUrl, originalUrl, params, res });
  Object.assign(res, { req, locals: {} });
  const close = () => {
    req.destroy();
    socket.destroy();
  };
  return { req, res, close };
}

/** Knows the address of the client, and nothing of a network. What is written to it is dropped. */
class NoSocket extends Duplex {
  readonly remoteAddress: string;

  constructor(ip: string) {
    super();
    this.remoteAddress = ip;
  }

  override _read(): void {}

  override _write(_bytes: unknown, _encoding: unknown, done: () => void): void {
    done();
  }

  setTimeout(): this {
    return this;
  }
}
