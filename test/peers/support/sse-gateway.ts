import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { createMcpGateway, type GatewayConfig, type GatewayError } from '../../../src/index.ts';
import { serve } from '../../support/servers.ts';
import type { Server, SseServerKind } from './servers.ts';

/** Where in an app, and before which other server, a gateway is. */
export interface SsePlace {
  readonly name: string;
  /** What clients see before the paths of the gateway. */
  readonly prefix: string;
  /** Where the router is mounted. Default: at the prefix. */
  readonly mount?: string;
  /** Given where another server takes the prefix off and passes the rest on. */
  readonly publicUrl?: string;
}

export const AT_ROOT: SsePlace = { name: 'at the root', prefix: '' };
export const UNDER_PREFIX: SsePlace = { name: 'under a prefix', prefix: '/tools' };
export const UNDER_PARAMETER: SsePlace = {
  name: 'under a parameter',
  prefix: '/team/7',
  mount: '/team/:id',
};
export const BEHIND_PREFIX: SsePlace = {
  name: 'behind a server that takes a prefix off',
  prefix: '/public',
  mount: '/',
  publicUrl: 'https://gateway.example/public/mcp',
};

export interface SseGateway {
  /** As clients see it. */
  readonly origin: string;
  /** The stream, as clients see it. */
  readonly url: string;
  /** The path to which clients have to post. */
  readonly messagePath: string;
  /** Everything `onError` was told. */
  readonly errors: readonly GatewayError[];
}

/** A gateway with both transports until the test is over. */
export async function startSseGateway(
  { path, ...kind }: SseServerKind,
  { url }: Server,
  { prefix, mount = prefix || '/', publicUrl }: SsePlace,
  { messagePath = kind.messagePath, ...config }: SseGatewayOptions = {},
): Promise<SseGateway> {
  const errors: GatewayError[] = [];
  const gateway = createMcpGateway({
    target: new URL('/mcp', url),
    publicUrl: publicUrl ?? false,
    // By default it is beside the other endpoint, as here.
    legacySse: { path: '/sse', messagePath, ...(path !== '/sse' && { target: url }) },
    onError: (error) => errors.push(error),
    ...config,
  });
  const { port } = await serve(express().use(mount, gateway));
  const origin = `http://127.0.0.1:${publicUrl === undefined ? port : await relayBelow(prefix, port)}`;
  return { origin, url: `${origin}${prefix}/sse`, messagePath: prefix + messagePath, errors };
}

/** `messagePath` is that of the gateway. Default: the server's. */
export type SseGatewayOptions = Partial<GatewayConfig> & { readonly messagePath?: string };

/** A server that takes `prefix` off, relays the rest and knows nothing of what it relays. */
export async function relayBelow(prefix: string, port: number | string): Promise<number> {
  const target = `http://127.0.0.1:${port}`;
  return (await serve(express().use(prefix, createProxyMiddleware({ target })))).port;
}
