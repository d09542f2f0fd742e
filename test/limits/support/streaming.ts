import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import express from 'express';
import { createMcpGateway, type GatewayConfig, type McpGateway } from '../../../src/index.ts';
import { type RawClient, rawClient } from '../../support/client/raw.ts';
import { serve } from '../../support/servers.ts';
import { Witness } from '../../support/witness.ts';

/** What an upstream does with a request for a stream. */
export type Answer = (res: ServerResponse, req: IncomingMessage) => unknown;

export interface Streaming {
  readonly port: number;
  readonly server: Server;
  readonly gateway: McpGateway;
  readonly observer: Witness;
  /** The upstream's answers, in order. */
  readonly answers: ServerResponse[];
  /** What the upstream does from now on; at first it opens each stream, and leaves it open. */
  answer: Answer;
  /** Sends a request; `bytes` begin with its head, but for the empty line where there is no body. */
  send(bytes?: string): Promise<RawClient>;
  /** The same, and waits for the head of its answer. */
  open(bytes?: string): Promise<RawClient>;
  /** The n-th answer of the upstream, from 0, as soon as it has the request for it. */
  answerTo(n: number): Promise<ServerResponse>;
}

export const GET = 'GET /mcp HTTP/1.1\r\nHost: x\r\n';

const FIRST: Readonly<Record<string, string>> = {
  '/sse': 'event: endpoint\ndata: /messages?session=1\n\n',
  '/mcp': 'data: 1\n\n',
};

const openStream: Answer = (res, { url = '' }) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(FIRST[url]);
};

/** A gateway with caps before an upstream that leaves every stream open. */
export async function streaming(
  streams: NonNullable<GatewayConfig['streams']>,
  config: Partial<GatewayConfig> = {},
): Promise<Streaming> {
  const arrivals = new EventEmitter();
  const upstream = await serve((req, res) => {
    res.on('error', () => {});
    req.resume();
    own.answers.push(res);
    own.answer(res, req);
    arrivals.emit('request');
  });
  const observer = new Witness();
  const gateway = createMcpGateway({
    target: `http://127.0.0.1:${upstream.port}/mcp`,
    streams,
    observe: observer,
    ...config,
  });
  const { port, server } = await serve(express().set('trust proxy', 1).use(gateway));
  const own: Streaming = {
    port,
    server,
    gateway,
    observer,
    answers: [],
    answer: openStream,
    send: async (bytes = GET) =>
      (await rawClient(port)).send(bytes.includes('\r\n\r\n') ? bytes : `${bytes}\r\n`),
    async open(bytes) {
      const client = await own.send(bytes);
      await client.has(/\r\n\r\n/);
      return client;
    },
    async answerTo(n) {
      while (own.answers[n] === undefined) await once(arrivals, 'request');
      return own.answers[n];
    },
  };
  return own;
}
