import { join } from 'node:path';
import { beforeAll } from '@jest/globals';
import { freePort, installed, PeerProcess } from './peer-process.ts';

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
  /** Its endpoint. */
  readonly url: string;
  readonly process: PeerProcess;
}

/** A server for all tests of a block; it ends with the file. */
export function startOnce({ start }: ServerKind): () => Server {
  let server: Server;
  beforeAll(async () => {
    server = await start();
  });
  return () => server;
}

async function start(
  args: (port: string) => readonly string[],
  env: (port: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Server> {
  const port = await freePort();
  const process = new PeerProcess(args(String(port)), env(String(port)));
  await process.accepts(port);
  return { url: `http://127.0.0.1:${port}/mcp`, process };
}

const EVERYTHING = installed('@modelcontextprotocol/server-everything/dist/index.js');

function startMcpProxy(...command: readonly string[]): Promise<Server> {
  const program = installed('mcp-proxy/dist/bin/mcp-proxy.mjs');
  return start((port) => [
    ...[program, '--host', '127.0.0.1', '--port', port, '--server', 'stream'],
    ...['--', process.execPath, ...command],
  ]);
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
  start: () => startMcpProxy(join(import.meta.dirname, 'stdio-server.ts')),
};
