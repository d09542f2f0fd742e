import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { answerError } from './answer.ts';
import type { GatewayConfig } from './config.ts';
import { contextOf } from './context.ts';
import { chain } from './http/chain.ts';
import type { Middleware, Next } from './http/middleware.ts';
import { MCP_METHODS } from './mcp/methods.ts';
import { allowedHosts } from './middleware/allowed-hosts.ts';
import { allowedMethods } from './middleware/allowed-methods.ts';
import { bodyLimit } from './middleware/body-limit.ts';
import { headLimits } from './middleware/head-limits.ts';
import { injectHeaders } from './middleware/inject-headers.ts';
import { mcpCors } from './middleware/mcp-cors.ts';
import { type ConfigProblems, checkConfig } from './options/config-problems.ts';
import { relay } from './relay/relay.ts';
import { RELAY_OPTIONS, readRelaySettings } from './relay/relay-options.ts';

/** What {@link createMcpGateway} returns: an Express router. */
export type McpGateway = Router;

/**
 * An Express router that relays MCP traffic (Streamable HTTP: POST, GET, DELETE) to an upstream MCP
 * server without changing a byte of any message, through the slots that `config` switches on.
 *
 * @param config - See {@link GatewayConfig}; only `target` is required.
 * @throws {GatewayConfigError} with every mistake in `config`, each with the option's path.
 * @see MCP, Streamable HTTP; RFC 9110 section 7.6
 */
export function createMcpGateway(config: GatewayConfig): McpGateway {
  const { path, onError, run } = checkConfig((problems) => compile(problems, config));
  const warnOfMiss = missWarning(path);
  const router = express.Router();

  router.use(function mcpGateway(req, res, next) {
    if (!isPath(req.path, path)) {
      warnOfMiss(req);
      next();
      return;
    }
    if (onError !== undefined) contextOf(req).onError = onError;
    run(req, res, next);
  });
  return router;
}

/** The order in which a request meets the slots: cheap and anonymous first, the upstream last. */
function compile(problems: ConfigProblems, config: GatewayConfig) {
  problems.root(config, [
    ...RELAY_OPTIONS,
    'path',
    'publicUrl',
    'methods',
    'bodyLimit',
    'cors',
    'hosts',
    'headers',
    'use',
    'onError',
  ]);
  const {
    path = '/mcp',
    publicUrl,
    methods = MCP_METHODS,
    bodyLimit: limit = '4mb',
    cors = {},
    hosts = false,
    headers = false,
    use = false,
    onError,
    ...relayOptions
  } = config;
  const origin = readPublicOrigin(problems, publicUrl);
  problems.callback('onError', onError);

  const run = chain([
    cors === false
      ? undefined
      : problems.within('cors', () => mcpCors({ origin, ...cors, methods })),
    headLimits(),
    hosts === false ? undefined : problems.within('hosts', () => allowedHosts(hosts)),
    problems.within('methods', () => allowedMethods(methods)),
    limit === false ? undefined : problems.within('bodyLimit', () => bodyLimit(limit)),
    ...(use === false ? [] : [use].flat().map((middleware, i) => guard(problems, i, middleware))),
    headers === false ? undefined : problems.within('headers', () => injectHeaders(headers)),
    relay({ ...readRelaySettings(problems, relayOptions), relayCors: cors === false }),
  ]);
  return { path: readPath(problems, path), onError, run };
}

function readPath(problems: ConfigProblems, path: unknown): string {
  if (typeof path === 'string' && /^\/[^?#\s]*$/.test(path)) return path.replace(/(?<=.)\/+$/, '');
  problems.add('path', path, "a path that begins with '/', like '/mcp'");
  return '/';
}

function readPublicOrigin(problems: ConfigProblems, publicUrl: unknown): string[] {
  if (publicUrl === undefined) return [];
  const isText = typeof publicUrl === 'string' || publicUrl instanceof URL;
  const url = isText && URL.canParse(String(publicUrl)) ? new URL(publicUrl) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.hash === '' && url.search === '') {
    return [url.origin];
  }
  problems.add('publicUrl', publicUrl, "a URL like 'https://gateway.example/mcp'");
  return [];
}

/** Compared as it came: `%6dcp` is not `mcp`, and no policy has to know that it could be. */
function isPath(requested: string, path: string): boolean {
  return requested === path || (path !== '/' && requested === `${path}/`);
}

/** A wrong mount path looks like an endpoint that is not there; says so once. */
function missWarning(path: string): (req: Request) => void {
  let warned = false;
  return function warnOfMiss({ baseUrl }) {
    if (warned || baseUrl === '') return;
    warned = true;
    const endpoint = path === '/' ? baseUrl : baseUrl + path;
    process.emitWarning(
      `The MCP gateway mounted at '${baseUrl}' serves '${endpoint}' and got a request for another ` +
        `path. To serve '${baseUrl}' itself, configure it with path: '/'.`,
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_PATH' },
    );
  };
}

/** A middleware of the user's whose every failure is answered for, and which goes on at most once. */
function guard(
  problems: ConfigProblems,
  index: number,
  middleware: RequestHandler,
): Middleware | undefined {
  if (typeof middleware !== 'function') {
    problems.add(`use[${index}]`, middleware, 'a middleware function');
    return undefined;
  }
  return function userMiddleware(req, res, next) {
    let decided = false;
    const decide: Next = (error) => {
      if (decided) return;
      decided = true;
      if (error === undefined || error === null) next();
      else answerError(req, res, 'internal_error', { cause: error });
    };
    const fail = (error: unknown) => decide(error ?? new Error('A middleware in `use` failed'));
    try {
      Promise.resolve(middleware(req as Request, res as Response, decide)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}
