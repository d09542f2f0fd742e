import { createServer as createHttpServer, IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Router } from 'express';
import express from 'express';
import {
  type CallTimeout,
  type CreateServerOptions,
  createMcpGateway,
  createServer,
  type Duration,
  type EngineName,
  type GatewayConfig,
  type GatewayMetadataOptions,
  type GatewayTimeoutOptions,
  type HardenServerOptions,
  hardenServer,
  type LegacySseOptions,
  type McpGateway,
  type McpMethod,
  type MessageMatch,
  type NetworkOptions,
  type Pem,
  type ProxyOption,
  type QueryOptions,
  type RelayOptions,
  type Size,
  type TimeoutOptions,
  type TlsOptions,
  type UpstreamHandler,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

const target = 'https://server.example/mcp';

export function whatTheGatewayIs(): void {
  const gateway = createMcpGateway({ target });
  typed<McpGateway>()(gateway);
  gateway satisfies Router;
  express().use(gateway).use('/below', gateway);
  typed<Promise<void>>()(gateway.close());
  typed<Promise<void>>()(gateway.close({ graceMs: 1000 }));
  // @ts-expect-error -- milliseconds, no duration
  void gateway.close({ graceMs: '10s' });
  same<Parameters<typeof createMcpGateway>, [config: GatewayConfig]>();
}

export function whatATargetIs(): void {
  createMcpGateway({ target: new URL(target) });
  createMcpGateway({ target: (_req, res) => res.end() });
  createMcpGateway({ target: express() });
  createMcpGateway({ target: express.Router() });
  createMcpGateway({ target: [target, new URL(target)] });
  same<RelayOptions['target'], string | URL | readonly (string | URL)[] | UpstreamHandler>();
  same<RelayOptions['proxy'], NetworkOptions['proxy']>();
  same<NetworkOptions['tls'], TlsOptions | false | undefined>();
  same<ProxyOption, string | URL | false>();
  same<TlsOptions['ca'], Pem | undefined>();
  const handler: UpstreamHandler = (_req: unknown, _res: unknown, _body?: unknown) => undefined;
  createMcpGateway({ target: handler });
  // @ts-expect-error -- it is the one option that is required
  createMcpGateway({});
  // @ts-expect-error
  createMcpGateway();
  // @ts-expect-error
  createMcpGateway({ target: 3000 });
  // @ts-expect-error
  createMcpGateway({ target: undefined });
}

export function everyOption(): GatewayConfig {
  return {
    target,
    path: '/mcp',
    publicUrl: new URL(target),
    methods: ['POST', 'GET'],
    timeout: {
      connect: '3s',
      response: 60_000,
      idle: false,
      stream: '1h',
      calls: [{ match: { name: 'export_*' }, response: '10m' }],
    },
    heartbeat: false,
    query: { forward: ['folder'] },
    redirects: 'same-origin',
    engine: 'http-proxy-middleware',
    tls: { ca: ['PEM', Buffer.of()], cert: 'PEM', key: 'PEM', passphrase: undefined },
    proxy: 'env',
    socketPath: '/run/mcp.sock',
    cors: { origin: ['https://app.example'], credentials: true, maxAge: '1h' },
    hosts: ['gateway.example'],
    ipFilter: { allow: ['10.0.0.0/8'] },
    rateLimit: { limit: 1, window: '1m' },
    auth: () => null,
    sessions: 'bind',
    streams: { perUser: 4, perIp: false, total: 100 },
    bodyLimit: { body: '1mb', total: 1024, perCaller: false },
    policies: () => true,
    filterLists: true,
    denyAs: 'http',
    headers: { host: 'mcp.internal', set: { 'X-Tenant': 'a' } },
    use: (_req, _res, next) => next(),
    legacySse: { path: '/sse', messagePath: '/messages' },
    observe: {},
    onError: (error, ctx) => {
      typed<string>()(ctx.ip);
      typed<number>()(error.status);
    },
  };
}

/** `false` switches a thing off, everywhere where it can be off. */
export const off: GatewayConfig = {
  target,
  publicUrl: false,
  timeout: false,
  heartbeat: false,
  tls: false,
  proxy: false,
  socketPath: false,
  cors: false,
  hosts: false,
  ipFilter: false,
  rateLimit: false,
  auth: false,
  sessions: false,
  streams: false,
  bodyLimit: false,
  policies: false,
  filterLists: false,
  headers: false,
  use: false,
  legacySse: false,
  observe: false,
  onError: false,
};

/** As somebody does who goes by the environment. */
export function stepByStep(): GatewayConfig {
  const config: GatewayConfig = { target };
  config.publicUrl = 'https://gateway.example/mcp';
  config.auth = () => null;
  config.tls = { ca: 'PEM' };
  config.timeout = { response: '30s' };
  // @ts-expect-error -- what is in an option is given at once
  config.timeout.response = '1m';
  // @ts-expect-error -- a variable that is not set
  config.path = process.env.MCP_PATH;
  delete config.publicUrl;
  return config;
}

type OptionalNames<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

export function whatIsRefused(): void {
  same<Exclude<keyof GatewayConfig, OptionalNames<GatewayConfig>>, 'target'>();
  // @ts-expect-error -- an option that there is not
  createMcpGateway({ target, bodylimit: '1mb' });
  // @ts-expect-error -- methods cannot be off
  createMcpGateway({ target, methods: false });
  // @ts-expect-error -- no other method
  createMcpGateway({ target, methods: ['PATCH'] });
  // @ts-expect-error -- the methods of CORS are those of the gateway
  createMcpGateway({ target, cors: { methods: ['POST'] } });
  // @ts-expect-error
  createMcpGateway({ target, denyAs: '403' });
  // @ts-expect-error -- an option that is there is not undefined
  createMcpGateway({ target, path: undefined });
  // @ts-expect-error -- a list
  createMcpGateway({ target, hosts: 'gateway.example' });
  // @ts-expect-error
  createMcpGateway({ target, timeout: { total: '1s' } });
  // @ts-expect-error -- of which messages
  createMcpGateway({ target, timeout: { calls: [{ response: '1s' }] } });
  // @ts-expect-error -- how long
  createMcpGateway({ target, timeout: { calls: [{ match: { name: 'a' } }] } });
  // @ts-expect-error -- a list
  createMcpGateway({ target, timeout: { calls: { match: { name: 'a' }, response: '1s' } } });
  // @ts-expect-error -- a list
  createMcpGateway({ target, query: { forward: 'folder' } });
  // @ts-expect-error
  createMcpGateway({ target, redirects: true });
  // @ts-expect-error
  createMcpGateway({ target, engine: 'curl' });
  // @ts-expect-error -- both paths are needed
  createMcpGateway({ target, legacySse: { path: '/sse' } });
}

export function unitsAndNames(): void {
  same<Duration, number | string>();
  same<Size, number | string>();
  same<McpMethod, 'POST' | 'GET' | 'DELETE'>();
  same<EngineName, 'http-proxy-middleware' | 'undici'>();
  same<keyof TimeoutOptions, 'connect' | 'response' | 'idle' | 'stream'>();
  same<QueryOptions, { readonly forward: readonly string[] }>();
  same<RelayOptions['redirects'], 'same-origin' | false | undefined>();
  same<TimeoutOptions['idle'], Duration | false | undefined>();
  same<GatewayConfig['metadata'], GatewayMetadataOptions | false | undefined>();
  same<GatewayMetadataOptions['root'], boolean | undefined>();
  same<GatewayConfig['timeout'], GatewayTimeoutOptions | false | undefined>();
  same<GatewayTimeoutOptions['calls'], readonly CallTimeout[] | false | undefined>();
  same<CallTimeout, { readonly match: MessageMatch; readonly response: Duration | false }>();
  same<
    LegacySseOptions,
    {
      readonly path: string;
      readonly messagePath: string;
      readonly target?: string | URL | readonly (string | URL)[];
    }
  >();
}

export function servers(): void {
  const options: HardenServerOptions = {
    headersTimeout: '10s',
    requestTimeout: 1,
    keepAliveTimeout: '1m',
  };
  hardenServer(createHttpServer(), options) satisfies Server;
  hardenServer(createTlsServer()) satisfies TlsServer;
  hardenServer(express().listen(0));
  // @ts-expect-error -- a timer of Node that it does not set
  hardenServer(createHttpServer(), { timeout: 1 });
  // @ts-expect-error -- no server yet
  hardenServer(express());
}

export function appServers(): void {
  const app = express();
  const options: CreateServerOptions = { headersTimeout: '10s', maxHeaderSize: 8192 };
  createServer(app) satisfies Server;
  createServer(app, { keepAliveTimeout: '1m', noDelay: true }).listen(0) satisfies Server;
  createServer(app, { tls: { cert: '', key: '' } }).addContext('a', {});
  createServer(app, { tls: undefined, maxHeaderSize: undefined }) satisfies Server;
  createServer(app, options) satisfies Server | TlsServer;
  // @ts-expect-error -- it may be a server without TLS
  createServer(app, options).addContext('a', {});
  // @ts-expect-error -- the app gives it
  createServer(app, { IncomingMessage });
  // @ts-expect-error -- the same parser for all
  createServer(app, { insecureHTTPParser: true });
  // @ts-expect-error -- below tls
  createServer(app, { cert: '', key: '' });
  // @ts-expect-error -- a router is no app
  createServer(express.Router());
  // @ts-expect-error -- nor is a listener
  createServer((_req, res) => void res.end());
}
