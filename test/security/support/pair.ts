import { createServer } from 'node:http';
import { expect } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig } from '../../../src/index.ts';
import { exchange } from '../../support/client/raw.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { listenOn } from '../../support/servers.ts';
import { type StrictUpstream, strictUpstream } from './strict-upstream.ts';

/** A request as bytes, with the one header that HTTP/1.1 demands. */
export function message(requestLine: string, fields: readonly string[] = [], body = ''): string {
  return `${[requestLine, 'Host: gw', ...fields].join('\r\n')}\r\n\r\n${body}`;
}

/** A request that works; `name` tells it from others. */
export function call(name: string, fields: readonly string[] = []): string {
  const all = [`Mcp-Name: ${name}`, ...fields, 'Content-Length: 2'];
  return message('POST /mcp HTTP/1.1', all, '{}');
}

export interface Pair {
  readonly upstream: StrictUpstream;
  readonly gateway: TestGateway;
  readonly port: number;
}

/** A gateway in front of a strict upstream, which lets `allowed` headers through besides its own. */
export async function startPair(
  config: Partial<GatewayConfig> = {},
  allowed: readonly string[] = [],
): Promise<Pair> {
  const upstream = await strictUpstream(allowed);
  const gateway = await startGateway({ target: upstream.target, ...config });
  return { upstream, gateway, port: gateway.port };
}

/**
 * Asserts that nothing has come upstream so far, and that the gateway still works: a request that
 * follows has to be the first one there.
 */
export async function expectUnheard({ upstream, port }: Pair): Promise<void> {
  const client = await exchange(port, call('probe', ['Connection: close']));
  expect(client.statuses).toEqual([200]);
  expect(upstream.faults).toEqual([]);
  expect(upstream.heads).toEqual([expect.stringContaining('Mcp-Name: probe\r\n')]);
}

/** The `reason` of an answer from the error table. */
export function reasonIn(text: string): string | undefined {
  return /"reason":"(\w+)"/.exec(text)?.[1];
}

/**
 * A gateway on a server that waits for no client: it closes what is idle or does not go on, so that
 * a connection which stays open is a request that hangs.
 */
export async function startImpatient(config: GatewayConfig): Promise<number> {
  const { port, hasPatience } = await startPatient(config);
  hasPatience(500);
  return port;
}

/** A gateway on a server that waits for its clients until a test says for how long it does. */
export async function startPatient(config: GatewayConfig): Promise<{
  readonly port: number;
  /** In milliseconds, for a head and for a request. */
  hasPatience(ms: number): void;
}> {
  const app = express();
  app.use(createMcpGateway(config));
  const server = createServer({ connectionsCheckingInterval: 50 }, app);
  // Node 24 adds a second to the keep-alive timeout unless told otherwise.
  Object.assign(server, { keepAliveTimeout: 20, keepAliveTimeoutBuffer: 0 });
  const port = await listenOn(server);
  const hasPatience = (ms: number) =>
    void Object.assign(server, { headersTimeout: ms, requestTimeout: ms });
  return { port, hasPatience };
}
