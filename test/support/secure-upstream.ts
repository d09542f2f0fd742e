import type { IncomingMessage } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { listenOn } from './servers.ts';

export interface SecureUpstream {
  readonly server: Server;
  readonly port: number;
  /** `Host`, path and body of each request. */
  readonly seen: string[];
  /** For each connection: the server name that it asked for, and the subject of its client certificate. */
  readonly connections: { readonly servername: unknown; readonly client: unknown }[];
}

/** An MCP server over TLS. It answers a GET with a stream that stays open, and echoes other requests. */
export async function secureUpstream(options: ServerOptions): Promise<SecureUpstream> {
  const seen: string[] = [];
  const connections: SecureUpstream['connections'] = [];
  const server = createServer(options, async (req, res) => {
    const body = await readBody(req);
    seen.push([req.headers.host, req.url, body].join(' '));
    const isStream = req.method === 'GET';
    res.setHeader('Content-Type', isStream ? 'text/event-stream' : 'application/json');
    if (isStream) res.write('data: begun\n\n');
    else res.end(body);
  });
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket: TLSSocket & { servername?: unknown }) => {
    const client = socket.getPeerCertificate().subject?.CN;
    connections.push({ servername: socket.servername, client });
  });
  const port = await listenOn(server);
  return { server, port, seen, connections };
}

async function readBody(req: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of req) body += chunk;
  return body;
}
