import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import type { ErrorListener } from './context.ts';
import type { LegacySseOptions } from './legacy-sse/options.ts';
import type { McpMethod } from './mcp/http-methods.ts';
import type { Size } from './options/size.ts';
import type { RelayOptions } from './relay/options.ts';
import type { TimeoutOptions } from './relay/timeouts.ts';
import type { Authenticator } from './slots/auth/authenticator.ts';
import type { BalanceKey } from './slots/balance/options.ts';
import type { BodyLimitOptions } from './slots/body-limit/options.ts';
import type { McpCorsOptions } from './slots/cors/options.ts';
import type { HeaderRules } from './slots/headers/header-rules.ts';
import type { IpFilterOptions } from './slots/ip-filter.ts';
import type { Observer } from './slots/observe/observer.ts';
import type { DenyAs } from './slots/policies/deny-as.ts';
import type { Policy } from './slots/policies/policy.ts';
import type { Limit } from './slots/rate-limit/limit.ts';
import type { SessionOptions } from './slots/sessions/options.ts';
import type { StreamOptions } from './slots/streams/streams.ts';
import type { CallTimeout } from './slots/timeout/options.ts';
import type { BreakerOptions } from './targets/breaker-options.ts';
import type { HealthOptions } from './targets/health-options.ts';

/** The timers of a gateway. */
export interface GatewayTimeoutOptions extends TimeoutOptions {
  /**
   * Another `response` timer for some methods or tools. Of the entries that match a message, the first
   * decides; where none matches, `response` holds. A batch has the longest timer of its messages. GET and
   * DELETE carry no message, so that no entry is for them. With entries, the body of each POST is read whole
   * and judged strictly, as for a policy, and the timer begins when it is handed over to the connection.
   * Default: none, and no body is read for it.
   */
  readonly calls?: readonly CallTimeout[] | false;
}

/** Where the metadata of the endpoint, a protected resource, is served. */
export interface GatewayMetadataOptions {
  /**
   * Whether it is at the root of the host as well, `/.well-known/oauth-protected-resource`, for clients that look
   * there only. One resource of a host can have it. Default: `false`.
   */
  readonly root?: boolean;
}

/**
 * Configuration of `createMcpGateway`. `false` switches a thing off, everywhere. It may be put together step by
 * step; the gateway reads it once. `docs/reference/options.md`, which is in the package, leads to a page for each
 * option.
 */
export interface GatewayConfig<Req extends IncomingMessage = Request> extends RelayOptions {
  /** The name that observers see. Default: its `path`. */
  name?: string;
  /**
   * The route of the endpoint inside the router: exactly this path, case-sensitive, with or without
   * a trailing slash, nothing below it. `'/'` where the router is mounted on a path. Default: `'/mcp'`.
   */
  path?: string;
  /**
   * The URL of the endpoint as clients see it. What the gateway says of itself is built from it,
   * never from `Host`. Default: none.
   */
  publicUrl?: string | URL | false;
  /**
   * Where the metadata is served that tells clients where to log in (RFC 9728). `false`: the app serves it, and the
   * gateway does not. Default: at the well-known path that follows from `publicUrl`, where `auth` has issuers.
   */
  metadata?: GatewayMetadataOptions | false;
  /**
   * Serves the older transport as well, through the same slots; only the URL that the server names
   * for messages is rewritten. Default: off.
   */
  legacySse?: LegacySseOptions | false;
  /** Methods to relay; others, HEAD included, get 405. Default: `['POST', 'GET', 'DELETE']`. */
  methods?: readonly McpMethod[];
  /** The four timers, and others for some calls; an object changes those it names, `false` switches all off. */
  timeout?: GatewayTimeoutOptions | false;
  /**
   * The largest request body, alone or with what is held at once of the bodies that are read. Default:
   * `{ body: '4mb', total: '256mb', perCaller: '64mb' }`.
   */
  bodyLimit?: Size | BodyLimitOptions | false;
  /**
   * Which web pages may use the endpoint; a request from any other origin is refused. Default: the
   * origin of `publicUrl`. `false`: no CORS headers and no check of `Origin`.
   */
  cors?: Omit<McpCorsOptions, 'methods'> | false;
  /**
   * How callers are authenticated. Of several authenticators, the first that accepts decides; one whose
   * `scopes` the caller lacks does not accept. A request that none accepts does not reach the upstream. Default: no
   * authentication.
   */
  auth?: Authenticator<Req> | readonly Authenticator<Req>[] | false;
  /**
   * Who may use a session: with `'bind'` only the principal that began it, with `false` every client that
   * knows its id. With several targets, the gateway also remembers where a session lives, which cannot be
   * switched off. Default: `'bind'` with `auth`, or with several targets.
   */
  sessions?: 'bind' | SessionOptions | false;
  /**
   * When the gateway sends no requests to a failing target for a while. A request for which no target is left
   * gets 503. Default: with several targets `{ failures: 5, openFor: '30s', statuses: [502, 503, 504] }`,
   * otherwise off.
   */
  breaker?: BreakerOptions | false;
  /** Checks each target regularly. Default: off; then the gateway learns from requests how a target is. */
  health?: HealthOptions | false;
  /**
   * Which of several targets gets a request that belongs to no session: requests with the same key, such as
   * the user, go to the same target. Default: the less busy of two targets that are picked at random.
   */
  balance?: BalanceKey<Req> | false;
  /** Allowed values of `Host`; one without a port stands for any port. Default: all are. */
  hosts?: readonly string[] | false;
  /**
   * From where requests may come; the address is Express's `req.ip`, so that `trust proxy` decides
   * about forwarded headers. Default: from anywhere.
   */
  ipFilter?: IpFilterOptions<Req> | false;
  /**
   * Rate limits. A request has to be within all of them. Those by address alone come before `auth`. Default: no limit.
   */
  rateLimit?: Limit<Req> | readonly Limit<Req>[] | false;
  /** How many event streams may be open at once. Default: any number. */
  streams?: StreamOptions | false;
  /**
   * Who may ask for what: a message of a POST passes when all policies allow it, and a request when those
   * with `on: 'request'` do. Default: none, and no body is read.
   */
  policies?: Policy<Req> | readonly Policy<Req>[] | false;
  /**
   * Hides from `tools/list`, `prompts/list`, `resources/list` and `resources/templates/list` what the policies
   * would refuse this caller; these answers are not passed on byte for byte. Default: `false`.
   */
  filterLists?: boolean;
  /**
   * How a request with an id is told that a policy, or a limit that reads the message, refuses it:
   * `'jsonrpc'`, with 200 and the error as the answer to the call, or `'http'`, with 403 or 429. Some
   * clients end the session, or ask for a login, at such a status. `'unknown'` is like `'jsonrpc'`, but a
   * policy refuses with the error of a server that has no such tool (-32602), so that no client learns that it
   * is there; for use with `filterLists` and `allowTools`. Notifications, batches and what lacks a scope get
   * the status in every mode. Over the older transport (`legacySse`), all but `'http'` answer with 202, and
   * the error comes on the event stream of the session. Default: `'jsonrpc'`.
   */
  denyAs?: DenyAs;
  /** Which headers go upstream and come back, beyond the standard ones. Default: none. */
  headers?: HeaderRules<Req> | false;
  /** Middleware of your own, run last before the relay. Default: none. */
  use?: RequestHandler | readonly RequestHandler[] | false;
  /** Told what becomes of every request; `accessLog` is one. Default: none. */
  observe?: Observer<Req> | readonly Observer<Req>[] | false;
  /**
   * Told of every failure that the gateway answers for; never changes the answer. Default: none. Without
   * `observe` either, failures are warnings of the process, `MCP_GATEWAY_FAILURE`: one for each reason of
   * status 500 or above, and one for each function in these options that fails.
   */
  onError?: ErrorListener<Req> | false;
}

/** The configuration as the package reads it, with requests of Node; those of Express are such requests. */
export type NodeConfig = GatewayConfig<IncomingMessage>;
