import { createServer, type RequestListener } from 'node:http';
import express, { type Express } from 'express';
import { createMcpGateway, type GatewayConfig, type GatewayError } from '../../../src/index.ts';
import { listenOn, serveRaw } from '../../support/servers.ts';

/** An upstream that is behind a gateway on `/t/:tenant`, and what has come to it. */
export interface TenantUpstream {
  readonly port: number;
  /** For each request, what it got as its path and query. */
  readonly seen: string[];
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

/** A bare socket, which reads the request lines of GETs and nothing else. */
export async function rawRecorder(): Promise<TenantUpstream> {
  const seen: string[] = [];
  const { port } = await serveRaw((socket) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const [line = ''] = text.slice(0, end).split('\r\n');
        seen.push(line.replace(/^GET /, '').replace(/ HTTP\/1\.1$/, ''));
        text = text.slice(end + 4);
        socket.write(ANSWER);
      }
    });
    socket.on('end', () => socket.end());
  });
  return { port, seen };
}

/** Longer heads than servers take by default. */
const MAX_HEADER_SIZE = 256 * 1024;

/** An Express app, which tells what it takes for the tenant, and for the rest of the path. */
export async function expressRecorder(): Promise<TenantUpstream> {
  const seen: string[] = [];
  const app = express();
  app.all('/up/:tenant/mcp', (req, res) => {
    seen.push(req.params.tenant);
    res.json({});
  });
  app.use((req, res) => {
    seen.push(`elsewhere: ${req.url}`);
    res.status(404).json({});
  });
  return { port: await listen(app), seen };
}

function listen(listener: RequestListener): Promise<number> {
  return listenOn(createServer({ maxHeaderSize: MAX_HEADER_SIZE }, listener));
}

export interface TenantGateway {
  readonly port: number;
  readonly errors: GatewayError[];
}

/** A gateway on `/t/:tenant`, so that its endpoint is `/t/:tenant/mcp`. */
export async function tenantGateway(
  target: GatewayConfig['target'],
  config: Partial<GatewayConfig> = {},
  app: Express = express(),
): Promise<TenantGateway> {
  const errors: GatewayError[] = [];
  const gateway = createMcpGateway({ target, onError: (error) => errors.push(error), ...config });
  app.use('/t/:tenant', gateway);
  return { port: await listen(app), errors };
}
