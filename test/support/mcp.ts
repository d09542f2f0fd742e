import { EventEmitter, once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  Client,
  type ClientOptions,
  type RequestOptions,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { createUpstream, type Upstream } from '../../examples/demo/upstream.ts';
import { startEndpoint } from './endpoint.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { atTestEnd } from './servers.ts';

/** The head of a request as a server got it. */
export interface SeenHead {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

export interface McpTestbed {
  readonly upstream: Upstream;
  readonly gateway: TestGateway;
  /** The requests that reached the gateway, in order. */
  readonly arrived: readonly SeenHead[];
  /** The requests that reached the upstream, in order. */
  readonly seen: readonly SeenHead[];
  /** Waits for a request that satisfies `isIt` to reach the upstream. */
  sees(isIt: (head: SeenHead) => boolean): Promise<SeenHead>;
}

/** A server on the official SDK, for both eras, behind a gateway. It takes the arguments of `createUpstream`. */
export async function startMcp(
  ...upstreamOptions: Parameters<typeof createUpstream>
): Promise<McpTestbed> {
  const upstream = createUpstream(...upstreamOptions);
  const seen = new Log<SeenHead>();
  const { target } = await startEndpoint((req, res) => {
    seen.add(headOf(req));
    upstream.app(req, res);
  });
  const arrived: SeenHead[] = [];
  const gateway = await startGateway({ target }, (app) => {
    app.use((req, _res, next) => {
      arrived.push(headOf(req));
      next();
    });
  });
  return { upstream, gateway, arrived, seen: seen.entries, sees: (isIt) => seen.has(isIt) };
}

function headOf({ method = '', headers }: IncomingMessage): SeenHead {
  return { method, headers };
}

/** A call of an SDK client, and its answer. */
export interface Exchange {
  readonly method: string;
  readonly answer: Response;
}

export interface McpClient {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  /** The calls that were answered, in the order of their answers. */
  readonly exchanges: readonly Exchange[];
  /** The errors that its `onerror` got. */
  readonly errors: Error[];
  /** Waits for the answer to a call with this method. */
  answered(method: string): Promise<Exchange>;
}

/** An official SDK client, connected to `url` until the test is over. */
export async function connect(
  url: string,
  mode: VersionNegotiationMode,
  transportOptions: StreamableHTTPClientTransportOptions = {},
  clientOptions: ClientOptions = {},
): Promise<McpClient> {
  const exchanges = new Log<Exchange>();
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    ...transportOptions,
    async fetch(input, init) {
      const answer = await fetch(input, init);
      exchanges.add({ method: init?.method ?? 'GET', answer });
      return answer;
    },
  });
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { ...clientOptions, versionNegotiation: { mode } },
  );
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  atTestEnd(() => client.close());
  await client.connect(transport);
  const answered = (method: string) => exchanges.has((exchange) => exchange.method === method);
  return { client, transport, exchanges: exchanges.entries, errors, answered };
}

/** A server with one tool, which takes no arguments and gives a text. */
export function serverWith(name: string, run: (ctx: ServerContext) => Promise<string>): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  server.registerTool(name, {}, async (ctx) => ({
    content: [{ type: 'text', text: await run(ctx) }],
  }));
  return server;
}

/** Calls such a tool. It asks for progress, because the server streams nothing otherwise. */
export function callTool(
  client: Client,
  name: string,
  options: RequestOptions = {},
): Promise<string | undefined> {
  const text = client
    .callTool({ name }, { onprogress: () => {}, ...options })
    .then(({ content }) => (content[0]?.type === 'text' ? content[0].text : undefined));
  // If a test ends before it awaits this, the test has failed already.
  text.catch(() => {});
  return text;
}

/** Sends the caller a notification of progress. */
export function progress({ mcpReq }: ServerContext, step: number): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken as string | number;
  const params = { progressToken, progress: step };
  return mcpReq.notify({ method: 'notifications/progress', params });
}

/** A list of events so far, and a way to wait for a later one. */
class Log<T> extends EventEmitter {
  readonly entries: T[] = [];

  add(entry: T): void {
    this.entries.push(entry);
    this.emit('entry');
  }

  async has(isIt: (entry: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.entries.find(isIt);
      if (found !== undefined) return found;
      await once(this, 'entry');
    }
  }
}
