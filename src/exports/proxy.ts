import { contextOf, type ErrorListener } from '../context.ts';
import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import { ViaHop } from '../http/via-hop.ts';
import { Kept } from '../kept.ts';
import type { McpMethod } from '../mcp/http-methods.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { DEFAULT_PATH } from '../options/path.ts';
import { NETWORK_HINTS } from '../relay/network/hints.ts';
import {
  RELAY_OPTIONS,
  type RelayOptions,
  type RelayPlan,
  readRelayOptions,
  relaySettings,
  targetsOf,
} from '../relay/options.ts';
import { relay } from '../relay/relay.ts';
import { balance } from '../slots/balance/balance.ts';
import { readBalance } from '../slots/balance/options.ts';
import { holdBody } from '../slots/body-limit/hold.ts';
import { contain } from '../slots/contain.ts';
import { headLimits } from '../slots/head.ts';
import { allowMethods } from '../slots/methods/methods.ts';
import { readMethods } from '../slots/methods/options.ts';
import { OWN_CREDENTIALS } from '../slots/own-credentials.ts';
import { readSessions } from '../slots/sessions/options.ts';
import { sessions } from '../slots/sessions/sessions.ts';
import { fillTarget } from '../slots/target/target.ts';
import { awaitTurn } from '../slots/turn.ts';
import { upstreamCors } from '../slots/upstream-cors.ts';
import { onWayBack } from '../slots/way-back.ts';
import { isClaim, namesIn } from '../targets/names.ts';
import { failureWarning } from '../warnings/failure.ts';

/** Where `mcpProxy` sends requests, and how. */
export interface McpProxyOptions extends RelayOptions {
  /** The methods it relays; others get 405. Default: `['POST', 'GET', 'DELETE']`. */
  readonly methods?: readonly McpMethod[];
  /** `false` lets the upstream's own CORS headers through. Default: they are dropped. */
  readonly cors?: false;
  /**
   * Told of every failure it answers for. Default: none, and the first failure of each reason of status
   * 500 or above is a warning of the process, `MCP_GATEWAY_FAILURE`.
   */
  readonly onError?: ErrorListener | false;
}

/**
 * The relay by itself: sends every request it is given to `target` and the answer back, byte for
 * byte, whatever the path. It refuses what cannot be relayed safely and checks nothing else; put
 * `mcpCors` in front of it where a browser could reach it. With several targets, this process remembers
 * which session is at which; `createMcpGateway` shares that between processes.
 *
 * @param options - See {@link McpProxyOptions}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} with every mistake in `options`.
 * @see RFC 9110 section 7.6; MCP, Streamable HTTP
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', mcpProxy({ target: 'https://third-party-mcp-server.example/mcp' }));
 * ```
 */
export function mcpProxy(options: McpProxyOptions): Middleware {
  const { plan, methods, onError, relayCors, several } = checkConfig('mcpProxy', (problems) =>
    read(problems, options),
  );
  const kept = new Kept();
  const [target] = targetsOf(plan, kept);
  const names = namesIn(target.url);
  const hop = new ViaHop();
  const steps = chain([
    awaitTurn(plan.timeouts.idle),
    headLimits(hop),
    allowMethods(methods),
    names.length > 0 ? fillTarget(names) : undefined,
    upstreamCors(relayCors),
    onWayBack(OWN_CREDENTIALS),
    several && sessions.build({ ...several.sessions, ...NO_OWNERS }, kept),
    several && balance.build(several.balance, kept),
    relay({
      ...relaySettings(plan),
      hop,
      target,
      createHold: plan.followsRedirects ? holdBody : undefined,
    }),
  ]);
  const run = contain(steps);
  const onFailure = onError === false ? failureWarning('mcpProxy') : undefined;
  return function mcpProxyMiddleware(req, res, next) {
    const context = contextOf(req);
    if (onError !== false) context.onError = onError;
    // In a gateway, another listener is told already.
    else if (context.onError === undefined) context.onFailure ??= onFailure;
    run(req, res, next);
  };
}

isFactory('mcpProxy', mcpProxy);

const OPTIONS: readonly string[] = [...RELAY_OPTIONS, 'methods', 'cors', 'onError'];

function read(problems: ConfigProblems, options: McpProxyOptions) {
  if (!problems.keys(options, OPTIONS, "{ target: 'https://mcp.example/mcp' }", NETWORK_HINTS))
    return undefined;
  const { cors, onError = false } = options;
  if (cors !== undefined && cors !== false)
    problems.at('cors').add(cors, 'false, or nothing', 'conflict');
  problems.at('onError').callback(onError);
  checkCalls(problems.at('timeout').at('calls'), options.timeout);
  const plan = readRelayOptions(problems, options, DEFAULT_PATH);
  const methods = readMethods(problems.at('methods'), options.methods);
  const several = plan && readSeveral(problems, plan);
  if (plan && namesIn(plan.targets[0].url).some(isClaim)) {
    problems.at('target').addSecret(options.target, NO_CLAIMS, 'conflict');
  }
  return plan && methods && { plan, methods, onError, relayCors: cors === false, several };
}

const NO_CLAIMS = 'createMcpGateway with auth for {claims…}: here no caller is authenticated';

/** With several targets, this process remembers which session is at which target. */
function readSeveral(problems: ConfigProblems, plan: RelayPlan) {
  const settings = readSessions(problems.at('sessions'), 'bind');
  const balanced = readBalance(problems, {}, plan);
  return settings && balanced && { sessions: settings, balance: balanced };
}

const NO_OWNERS = { url: undefined, path: '', areOwned: false, template: undefined };

/** Refuses `timeout.calls`: no message is read here. */
function checkCalls(problems: ConfigProblems, timeout: unknown): void {
  const { calls } = (timeout || {}) as { readonly calls?: unknown };
  if (calls === undefined || calls === false) return;
  problems.add(calls, 'createMcpGateway in place of mcpProxy, which reads no message', 'conflict');
}
