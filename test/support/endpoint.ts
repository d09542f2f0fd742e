import type { RequestListener } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import type { GatewayConfig } from '../../src/index.ts';
import { rawHandler } from './raw-handler.ts';
import { serve, serveRaw } from './servers.ts';

/** The address of an upstream of a test. */
export interface Endpoint {
  readonly target: GatewayConfig['target'];
  /** The path with query, and the host, that the upstream should see. */
  readonly path: string;
  readonly host: string;
  /** Where it listens; 0 for one in this process, which listens nowhere. */
  readonly port: number;
}

/** The upstream's end of a connection, and the bytes that it receives. */
export type OnConnection = (socket: Duplex, request: Readable) => void;

/** The same test runs with upstreams of either kind: see the projects in `jest.config.js`. */
export const isInProcess: boolean =
  (globalThis as { upstreams?: 'in-process' }).upstreams === 'in-process';

/** Defines tests for upstreams of one kind. For the other kind they are not defined, so none is skipped. */
export function whereUpstreamsAre(kind: 'remote' | 'in-process', define: () => void): void {
  if (isInProcess === (kind === 'in-process')) define();
}

const IN_PROCESS = { path: '/mcp', host: 'localhost', port: 0 };

function atPort(port: number, path: string): Endpoint {
  const host = `127.0.0.1:${port}`;
  return { target: `http://${host}${path}`, path, host, port };
}

/** An upstream that answers by `listener`. */
export async function startEndpoint(listener: RequestListener): Promise<Endpoint> {
  if (isInProcess) return { ...IN_PROCESS, target: listener };
  return atPort((await serve(listener)).port, '/up/mcp?key=1');
}

/** An upstream whose `onConnection` writes every byte of its answers. */
export async function startRawEndpoint(onConnection: OnConnection): Promise<Endpoint> {
  if (isInProcess) return { ...IN_PROCESS, target: rawHandler(onConnection) };
  const { port } = await serveRaw((socket) => onConnection(socket, socket));
  return atPort(port, '/up/mcp');
}
