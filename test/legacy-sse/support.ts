import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { createMcpGateway, type GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { serve } from '../support/servers.ts';

export interface Upstream {
  readonly port: number;
  readonly seen: string[];
  readonly headers: IncomingMessage['headers'][];
  /** The answers to the streams, to write to. */
  readonly streams: ServerResponse[];
}

/** A server of the old transport; `opening` is written when a stream is opened. */
export async function upstreamWith(
  opening: readonly (string | Buffer)[],
  head: Record<string, string> = {},
): Promise<Upstream> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const streams: ServerResponse[] = [];
  const { port } = await serve(async (req, res) => {
    res.on('error', () => {});
    seen.push(`${req.method} ${req.url}`);
    headers.push(req.headers);
    if (req.method === 'POST') {
      req.resume();
      await once(req, 'end');
      res.writeHead(202).end('Accepted');
      return;
    }
    streams.push(res);
    res.writeHead(200, { 'content-type': 'text/event-stream', ...head });
    for (const part of opening) {
      res.write(part);
      // So that it travels alone.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  return { port, seen, headers, streams };
}

/** A gateway with both routes, under `mount`. */
export async function gatewayFor(
  { port }: Upstream,
  config: Partial<GatewayConfig> = {},
  mount = '/',
): Promise<number> {
  const app = express();
  app.use(
    mount,
    createMcpGateway({
      target: `http://127.0.0.1:${port}/mcp`,
      legacySse: { path: '/sse', messagePath: '/messages' },
      heartbeat: false,
      ...config,
    }),
  );
  return (await serve(app)).port;
}

export const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: gateway\r\nAccept: text/event-stream\r\n${more}\r\n`;

export const post = (path: string, more = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n${more}\r\n{}`;

/** What has come of the body of a chunked answer. */
export function unchunked(text: string): string {
  let rest = text.slice(text.indexOf('\r\n\r\n') + 4);
  let body = '';
  for (;;) {
    const line = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.slice(0, line), 16);
    if (line === -1 || !(length > 0)) return body;
    body += rest.slice(line + 2, line + 2 + length);
    rest = rest.slice(line + 2 + length + 2);
  }
}

/** Opens a stream and waits for its first `message`. */
export async function firstMessage(port: number, path: string): Promise<string> {
  const client = (await rawClient(port)).send(get(path));
  for (;;) {
    const body = unchunked(client.text);
    if (/data: \{\}(\r\n\r\n|\n\n|\r\r)$/.test(body)) return body;
    if (client.ending !== undefined) throw new Error(`Ended with ${JSON.stringify(body)}`);
    await once(client, 'change');
  }
}

export const MESSAGE = 'event: message\ndata: {}\n\n';
