import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import express from 'express';
import { createMcpGateway, type GatewayConfig, type McpGateway } from '../../../src/index.ts';
import { type Answer, headerOf } from '../../support/client/answer.ts';
import { type RawClient, rawClient } from '../../support/client/raw.ts';
import { type Outgoing, requestBytes } from '../../support/client/request.ts';
import { send } from '../../support/client/send.ts';
import { message } from '../../support/messages.ts';
import { serve } from '../../support/servers.ts';

export const INITIALIZE: string = message('initialize', '{"protocolVersion":"2025-11-25"}');

/** An upstream that begins sessions, and opens an event stream for each GET. */
export interface Upstream {
  readonly target: string;
  readonly port: number;
  readonly server: Server;
  readonly seen: IncomingMessage[];
  /** The event streams, in the order in which they were opened. */
  readonly streams: ServerResponse[];
}

export async function startUpstream(name: string = 'up'): Promise<Upstream> {
  const seen: IncomingMessage[] = [];
  const streams: ServerResponse[] = [];
  const { port, server } = await serve((req, res) => {
    seen.push(req);
    res.setHeader('X-Upstream', name);
    if (req.method === 'GET') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      streams.push(res);
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (body.includes('"initialize"')) res.setHeader('Mcp-Session-Id', `${name}-${seen.length}`);
      res.setHeader('Content-Type', 'application/json');
      res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
  });
  return { target: `http://127.0.0.1:${port}/mcp`, port, server, seen, streams };
}

export interface Updatable {
  readonly gateway: McpGateway;
  readonly port: number;
  send(outgoing?: Outgoing): Promise<Answer>;
  /** Begins a session; gives its id. */
  begin(outgoing?: Outgoing): Promise<string>;
  /** Opens an event stream, and waits for its first event. */
  open(outgoing?: Outgoing): Promise<RawClient>;
}

export async function startUpdatable(config: GatewayConfig): Promise<Updatable> {
  const gateway = createMcpGateway(config);
  const { port } = await serve(express().use(gateway));
  return {
    gateway,
    port,
    send: (outgoing) => send(port, outgoing),
    async begin(outgoing = {}) {
      const answer = await send(port, { body: INITIALIZE, ...outgoing });
      return headerOf(answer, 'Mcp-Session-Id') ?? 'none';
    },
    async open(outgoing = {}) {
      const client = await rawClient(port);
      client.send(requestBytes({ method: 'GET', ...outgoing }));
      await client.has(/data: 1\n\n/);
      return client;
    },
  };
}

/** An authenticator that believes a header. */
export function believing(req: IncomingMessage): { subject: string } | null {
  const { 'x-user': user } = req.headers;
  return typeof user === 'string' ? { subject: user } : null;
}
