import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { Registry } from 'prom-client';
import { prometheus } from '../../src/exports/prometheus.ts';
import { createMcpGateway, denyTools } from '../../src/index.ts';
import { closedPort } from './closed-port.ts';
import { serve } from './servers.ts';
import { recordingUpstream } from './upstream.ts';

/** Gateways in which everything happens that metrics count. */
export interface MeteredGateways {
  readonly port: number;
  /** `host:port` of the target that is down, and of the one that works. */
  readonly gone: string;
  readonly working: string;
  /** Sends a request of each kind, and waits for the answers. */
  drive(): Promise<void>;
}

/**
 * Two gateways that `prometheus()` observes. `tickets` has a target that works and one that is down, policies
 * and limits. The only target of `lost` is down. A call and an event stream stay open at
 * `tickets` until the test is over. Metrics are at `/metrics`.
 */
export async function startMeteredGateways(): Promise<MeteredGateways> {
  const upstream = await recordingUpstream(answer);
  const gone = `127.0.0.1:${await closedPort()}`;
  const metrics = prometheus({ registry: new Registry() });
  const app = express();
  app.get('/metrics', metrics.handler);
  app.use(
    createMcpGateway({
      name: 'tickets',
      target: [String(upstream.target), `http://${gone}/mcp`],
      breaker: { failures: 1, openFor: '1h' },
      policies: [denyTools('wipe'), { ...shadow, check: () => false }],
      rateLimit: { limit: 1, window: '1h', match: { name: 'scarce' } },
      streams: { total: 3 },
      observe: metrics,
      onError: () => {},
    }),
    createMcpGateway({
      name: 'lost',
      path: '/lost',
      target: `http://${gone}/mcp`,
      breaker: { failures: 1, openFor: '1h' },
      observe: metrics,
      onError: () => {},
    }),
  );
  const { port } = await serve(app);
  const post = async (body: object | string, path = '/mcp') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await response.text();
  };
  /** A client that leaves when the answer has begun. */
  const leave = async (body: object) => {
    const leaving = new AbortController();
    await fetch(`http://127.0.0.1:${port}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: leaving.signal,
    });
    leaving.abort();
  };
  const call = (name: string) => ({ ...message('tools/call'), params: { name, arguments: {} } });
  // Without a reference, the garbage collector would close these streams.
  const held: (ReadableStreamDefaultReader | undefined)[] = [];
  const openStream = async () => {
    const headers = { accept: 'text/event-stream' };
    const reader = (await fetch(`http://127.0.0.1:${port}/mcp`, { headers })).body?.getReader();
    held.push(reader);
    // Reads the first event, or the refusal.
    await reader?.read();
  };
  void post(call('waits')).catch(() => {});
  await openStream();
  return {
    port,
    gone,
    working: new URL(String(upstream.target)).host,
    async drive() {
      // So often that each target gets a request.
      for (let i = 0; i < 8; i += 1) await post(message('tools/list'));
      for (const name of ['add', 'fails', 'breaks', 'counts', 'wipe', 'scarce', 'scarce']) {
        await post(call(name));
      }
      await post('{"jsonrpc"');
      await leave(call('endless'));
      await post(message('tools/list'), '/lost');
      // The last of them is above the limit.
      await Promise.all([openStream(), openStream(), openStream()]);
    },
  };
}

const shadow = { name: 'everything', mode: 'shadow' } as const;

function message(method: string): object {
  return { jsonrpc: '2.0', id: 1, method };
}

const RESULT = { content: [{ type: 'text', text: 'done' }] };

/** Answers calls of tools; the name of a tool says how. */
function answer(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  const stream = () => res.writeHead(200, { 'content-type': 'text/event-stream' });
  if (req.method === 'GET') {
    stream().write('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n');
    return;
  }
  const { id, params } = JSON.parse(body.toString());
  const text = (member: object) => JSON.stringify({ jsonrpc: '2.0', id, ...member });
  switch (params?.name) {
    case 'waits':
      return;
    case 'endless':
      stream().write(': more to come\n\n');
      return;
    case 'counts':
      stream().end(`data: ${text({ result: RESULT })}\n\n`);
      return;
    case 'breaks':
      json(res, text({ error: { code: -32603, message: 'broken' } }));
      return;
    default:
      json(res, text({ result: { ...RESULT, isError: params?.name === 'fails' } }));
  }
}

function json(res: ServerResponse, text: string): void {
  res.setHeader('content-type', 'application/json');
  res.end(text);
}
