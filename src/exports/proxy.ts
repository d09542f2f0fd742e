import { contextOf, type ErrorListener } from '../context.ts';
import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import { ViaHop } from '../http/via-hop.ts';
import { MCP_METHODS, type McpMethod } from '../mcp/http-methods.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';
import { DEFAULT_PATH } from '../options/path.ts';
import { RELAY_OPTIONS, type RelayOptions, readRelayOptions } from '../relay/options.ts';
import { relay } from '../relay/relay.ts';
import { contain } from '../slots/contain.ts';
import { corsOfAnswers } from '../slots/cors.ts';
import { headLimits } from '../slots/head.ts';
import { allowedMethods } from '../slots/methods.ts';
import { awaitTurn } from '../slots/turn.ts';

/** Where `mcpProxy` sends requests, and how. */
export interface McpProxyOptions extends RelayOptions {
  /** The methods it relays; others get 405. Default: `['POST', 'GET', 'DELETE']`. */
  readonly methods?: readonly McpMethod[];
  /** `false` lets the upstream's own CORS headers through. Default: they are dropped. */
  readonly cors?: false;
  /** Told of every failure it answers for. Default: nobody is. */
  readonly onError?: ErrorListener | false;
}

/**
 * The relay by itself: sends every request it is given to `target` and the answer back, byte for
 * byte, whatever the path. It refuses what cannot be relayed safely and checks nothing else; put
 * `mcpCors` in front of it where a browser could reach it.
 *
 * @param options - See {@link McpProxyOptions}.
 * @throws {GatewayConfigError} with every mistake in `options`.
 * @see RFC 9110 section 7.6; MCP, Streamable HTTP
 */
export function mcpProxy(options: McpProxyOptions): Middleware {
  const { onError, run } = checkConfig((problems) => compile(problems, options));
  return function mcpProxyMiddleware(req, res, next) {
    if (onError !== false) contextOf(req).onError = onError;
    run(req, res, next);
  };
}

function compile(problems: ConfigProblems, options: McpProxyOptions) {
  problems.root(options, [...RELAY_OPTIONS, 'methods', 'cors', 'onError']);
  const { methods = MCP_METHODS, cors, onError = false, ...relayOptions } = options;
  if (cors !== undefined && cors !== false) problems.add('cors', cors, 'false, or nothing');
  problems.callback('onError', onError);
  const { target, settings, engineFor } = readRelayOptions(problems, relayOptions, DEFAULT_PATH);
  const hop = new ViaHop();
  const steps = chain([
    awaitTurn(settings.timeouts.idle),
    headLimits(hop),
    problems.within('methods', () => allowedMethods(methods)),
    corsOfAnswers(cors === false),
    relay({ ...settings, hop, engine: engineFor(target), target }),
  ]);
  return { onError, run: contain(steps) };
}
