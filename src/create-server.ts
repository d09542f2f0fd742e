import type { Server, ServerOptions } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { TlsOptions as ServerTlsOptions } from 'node:tls';
import type { Express } from 'express';
import {
  type HardenServerOptions,
  LIMIT_NAMES,
  readLimits,
  type ServerLimits,
  withLimits,
} from './harden-server.ts';
import { bornWith } from './http/born-with.ts';
import { nodeHttp, nodeHttps } from './lib/built-in.ts';
import { type ConfigProblems, checkConfig } from './options/config-problems.ts';

/** The options of `http.createServer` that change nothing of what `createServer` stands for. */
type NodeServerOptions = Pick<
  ServerOptions,
  | 'highWaterMark'
  | 'joinDuplicateHeaders'
  | 'keepAlive'
  | 'keepAliveInitialDelay'
  | 'keepAliveTimeoutBuffer'
  | 'maxHeaderSize'
  | 'noDelay'
  | 'rejectNonStandardBodyWrites'
  | 'requireHostHeader'
  | 'uniqueHeaders'
>;

/**
 * Options of `createServer`: the limits of `hardenServer`, `tls`, and of `http.createServer` what Node calls
 * by the same names. Left out are `IncomingMessage` and `ServerResponse`, which the app gives;
 * `connectionsCheckingInterval`, which follows from the limits; and `insecureHTTPParser`.
 */
export interface CreateServerOptions extends HardenServerOptions, NodeServerOptions {
  /** What `tls.createServer` takes: `key` and `cert`, or `pfx`, and more. The server speaks HTTPS then. Default: none. */
  readonly tls?: ServerTlsOptions | undefined;
}

/** The names of the options that `http.createServer` takes. */
const NODE_OPTIONS: Readonly<Record<keyof NodeServerOptions, true>> = {
  highWaterMark: true,
  joinDuplicateHeaders: true,
  keepAlive: true,
  keepAliveInitialDelay: true,
  keepAliveTimeoutBuffer: true,
  maxHeaderSize: true,
  noDelay: true,
  rejectNonStandardBodyWrites: true,
  requireHostHeader: true,
  uniqueHeaders: true,
};

const KNOWN = [...LIMIT_NAMES, 'tls', ...Object.keys(NODE_OPTIONS)];

const IN_TLS = 'use tls: { cert, key }, where all about TLS belongs';
const NOT_LAX = 'leave it out: what such a parser lets in may mean something else to the upstream';
const HINTS = {
  IncomingMessage: 'leave it out: requests are those of the app; write to app.request',
  ServerResponse: 'leave it out: answers are those of the app; write to app.response',
  connectionsCheckingInterval: 'leave it out: it follows from the limits',
  insecureHTTPParser: NOT_LAX,
  httpValidation: NOT_LAX,
  cert: IN_TLS,
  key: IN_TLS,
  pfx: IN_TLS,
};

/** Options for a lax parser, which `https.createServer` would read from `tls` as well. */
const LAX_PARSER = ['insecureHTTPParser', 'httpValidation'] as const;

/** The options that give a TLS server an identity. */
const IDENTITIES = ['cert', 'pfx', 'SNICallback', 'pskCallback'] as const;

/**
 * With `tls`; all else is the same.
 *
 * @returns A server of `node:https`, hardened. It does not listen yet.
 *
 * @example From `examples/shutdown.ts`:
 * ```ts
 * const server = createServer(app).listen(PORT);
 * ```
 */
export function createServer(
  app: Express,
  options: CreateServerOptions & { readonly tls: ServerTlsOptions },
): TlsServer;
/**
 * Makes a server for an Express app, hardened as by `hardenServer`: `createServer(app).listen(3000)` stands in
 * the place of `app.listen(3000)`. Its requests and answers have the prototypes of the app from the
 * beginning, so that Express does not have to change them for each request, which is slow, above all on
 * Node 22. The app sees the same as on any other server; listeners of the server itself, such as those of
 * `'upgrade'`, see what Express adds, too.
 *
 * @param app - An Express app, of Express 4 or 5.
 * @param options - See {@link CreateServerOptions}.
 * @returns A server of `node:http`, or of `node:https` with `tls`. It does not listen yet.
 * @throws {GatewayConfigError} for what is no Express app, an option that is unknown, anything that is not a
 * duration, and `tls` without a certificate; what Node throws for values of its own options.
 */
export function createServer(app: Express, options?: CreateServerOptions): Server;
/**
 * The implementation of both overloads.
 *
 * @returns The server.
 */
export function createServer(app: Express, options: CreateServerOptions = {}): Server | TlsServer {
  const limits = checkConfig('createServer', (problems) => read(problems, app, options));
  const { tls, headersTimeout, requestTimeout, keepAliveTimeout, ...ofNode } = options;
  const given = {
    ...ofNode,
    IncomingMessage: bornWith(nodeHttp.IncomingMessage, app.request),
    ServerResponse: bornWith(nodeHttp.ServerResponse, app.response),
  };
  const server =
    tls === undefined
      ? nodeHttp.createServer(given, app)
      : nodeHttps().createServer({ ...tls, ...given }, app);
  return withLimits(server, limits);
}

function read(
  problems: ConfigProblems,
  app: unknown,
  options: CreateServerOptions,
): ServerLimits | undefined {
  if (!isApp(app)) {
    problems
      .at('app')
      .add(
        app,
        'an Express app: express().use(router) for a router, hardenServer(http.createServer(listener)) for another listener',
      );
  }
  if (!problems.keys(options, KNOWN, "{ headersTimeout: '10s' }", HINTS)) return undefined;
  const { tls } = options;
  if (tls !== undefined && !IDENTITIES.some((name) => Object(tls)[name] !== undefined)) {
    problems.at('tls').addSecret(tls, 'an object with cert and key, or pfx');
  }
  for (const name of LAX_PARSER) {
    const value: unknown = Object(tls)[name];
    if (value !== undefined)
      problems.at('tls').at(name).add(value, `no such parser; ${NOT_LAX}`, 'unsafe');
  }
  return readLimits(problems, options);
}

/** Neither a router nor an app of another framework has the prototypes. */
function isApp(app: unknown): boolean {
  const { request, response } = Object(app);
  return (
    typeof app === 'function' &&
    request instanceof nodeHttp.IncomingMessage &&
    response instanceof nodeHttp.ServerResponse
  );
}
