import { join } from 'node:path';
import { beforeAll } from '@jest/globals';
import { freePort } from '../../support/free-ports.ts';
import { installed, PeerProcess } from './peer-process.ts';

/** A call of a tool. */
export interface Call {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** A server that others made, and what it can be asked. */
export interface ServerKind {
  readonly name: string;
  /** Whether it also speaks the stateless era (2026-07-28). Sessions all of them have. */
  readonly isModern: boolean;
  start(): Promise<Server>;
}

export interface Server {
  /** Its endpoint, or its stream where it has the transport of 2024-11-05. */
  readonly url: string;
  readonly process: PeerProcess;
}

/** A server for all tests of a block; it ends with the file. */
export function startOnce({ start }: Pick<ServerKind, 'start'>): () => Server {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  return () => server;
}

/** Starts a program that serves `path` on the port it is given. */
async function start(
  args: (port: string) => readonly string[],
  env: (port: string) => Readonly<Record<string, string>> = () => ({}),
  path = '/mcp',
): Promise<Server> {
  const port = await freePort();
  const process = new PeerProcess(args(String(port)), env(String(port)));
  await process.accepts(port);
  return { url: `http://127.0.0.1:${port}${path}`, process };
}

const EVERYTHING = installed('@modelcontextprotocol/server-everything/dist/index.js');

const STDIO_SERVER = join(import.meta.dirname, 'stdio-server.ts');

function startMcpProxy(...command: readonly string[]): Promise<Server> {
  return start(mcpProxyBefore(command, '--server', 'stream'));
}

function mcpProxyBefore(command: readonly string[], ...options: readonly string[]) {
  const program = installed('mcp-proxy/dist/bin/mcp-proxy.mjs');
  return (port: string) => [
    ...[program, '--host', '127.0.0.1', '--port', port, ...options],
    ...['--', process.execPath, ...command],
  ];
}

export const sdkV2: ServerKind = {
  name: 'SDK v2',
  isModern: true,
  start: () =>
    start(
      () => [join(import.meta.dirname, 'sdk-v2-server.ts')],
      (PORT) => ({ PORT }),
    ),
};

export const everything: ServerKind = {
  name: 'server-everything',
  isModern: false,
  start: () =>
    start(
      () => [EVERYTHING, 'streamableHttp'],
      (PORT) => ({ PORT }),
    ),
};

export const mcpProxy: ServerKind = {
  name: 'mcp-proxy before server-everything',
  isModern: true,
  start: () => startMcpProxy(EVERYTHING, 'stdio'),
};

/** For what server-everything does not do. */
export const mcpProxyBeforeSdkV1: ServerKind = {
  name: 'mcp-proxy before a server on the SDK v1',
  isModern: true,
  start: () => startMcpProxy(STDIO_SERVER),
};

/** A path for each form in which a server answers; the URL is that of the process. */
export const languageServer: Pick<ServerKind, 'start'> = {
  start: () =>
    start(
      () => [join(import.meta.dirname, 'language-server.ts')],
      (PORT) => ({ PORT }),
      '',
    ),
};

/** A server of the transport of 2024-11-05, HTTP with SSE. */
export interface SseServerKind {
  readonly name: string;
  /** The path of its stream. */
  readonly path: string;
  /** The path to which its clients post. */
  readonly messagePath: string;
  start(): Promise<Server>;
}

export const everythingSse: SseServerKind = {
  name: 'server-everything',
  path: '/sse',
  messagePath: '/message',
  start: () =>
    start(
      () => [EVERYTHING, 'sse'],
      (PORT) => ({ PORT }),
      '/sse',
    ),
};

/** It has both transports. */
export const mcpProxySse: SseServerKind = {
  name: 'mcp-proxy before a server on the SDK v1',
  path: '/sse',
  messagePath: '/messages',
  start: () => start(mcpProxyBefore([STDIO_SERVER]), undefined, '/sse'),
};

function startSseServer(env: Readonly<Record<string, string>> = {}): Promise<Server> {
  return start(
    () => [join(import.meta.dirname, 'sse-server.ts')],
    (PORT) => ({ PORT, ...env }),
    '/internal/api/events',
  );
}

export const sdkV1Sse: SseServerKind = {
  name: 'SDK v1',
  path: '/internal/api/events',
  messagePath: '/internal/api/in',
  start: () => startSseServer(),
};

/**
 * As Quarkus does it.
 *
 * @see https://github.com/quarkiverse/quarkus-mcp-server/issues/287
 */
export const sdkV1SseInPath: SseServerKind = {
  ...sdkV1Sse,
  name: 'SDK v1, with a path for each session',
  start: () => startSseServer({ SESSION_IN_PATH: '1' }),
};
