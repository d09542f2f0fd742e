import type { IncomingMessage } from 'node:http';
import type { GatewayContext } from '../../gateway-context.ts';

/**
 * Computes a value for each request; `undefined` leaves the field out. If it throws, or takes more than 30 s,
 * the answer is a 500, unless it throws an `UpstreamUnavailableError`.
 */
export interface ComputedHeader<Req extends IncomingMessage = IncomingMessage> {
  (ctx: GatewayContext<Req>): string | undefined | Promise<string | undefined>;
  /**
   * Told that the upstream answered 401 to a request that carried `value`, before the client is
   * answered, so that a value that was kept can be dropped. Called once for each such answer, also for
   * a value that has been replaced meanwhile. The request is not repeated. What it throws or rejects
   * with is reported to `onError`, and changes nothing. Default: nothing is told.
   *
   * `set: { Authorization: Object.assign(() => held.token(), { onUpstreamUnauthorized: () => held.drop() }) }`
   *
   * @see RFC 9110 section 15.5.2
   */
  readonly onUpstreamUnauthorized?:
    | ((value: string, ctx: GatewayContext<Req>) => unknown)
    | undefined;
}

/**
 * A constant, or a function of the request. `undefined` as a constant is a config error: it is what a
 * missing environment variable gives.
 */
export type HeaderValue<Req extends IncomingMessage = IncomingMessage> =
  | string
  | undefined
  | ComputedHeader<Req>;

/** Which headers go upstream and come back, beyond the standard ones. */
export interface HeaderRules<Req extends IncomingMessage = IncomingMessage> {
  /**
   * Client headers to forward besides the standard ones: exact names, `Prefix-*`, or `*`. A wildcard
   * never covers `Authorization`, `Cookie`, `Proxy-*`, `Forwarded`, `X-Forwarded-*`, a name with `_`, or
   * a field that servers believe a proxy in front of them wrote (`X-Real-IP`, `Remote-User`,
   * `X-Original-URL`, `X-HTTP-Method-Override`, ...). With `auth` other than `upstreamAuth()`,
   * credentials never go upstream: to name `Authorization`, `Cookie` or the header of an authenticator
   * is a config error. `Forwarded` and `X-Forwarded-*`, where named, go upstream only from a proxy that the app's
   * `trust proxy` names; to `X-Forwarded-For`, cut down to the hops that such proxies vouch for, the
   * address of the connection is added, which is all it holds otherwise. Default: none.
   */
  readonly forward?: readonly string[];
  /**
   * The `Host` that the upstream sees: a name or an address, and a port where there is one. `target` still
   * decides where requests go, and it or `tls.servername` whose certificate is accepted. Default: that of
   * `target`.
   *
   * @see RFC 9110 section 7.2
   */
  readonly host?: string | false;
  /** Headers for the upstream, in place of any the client sent under that name. Default: none. */
  readonly set?: Readonly<Record<string, HeaderValue<Req>>>;
  /**
   * Headers that do not go upstream although they are standard. Without `Via`, the same as where `set` names
   * it, the gateway does not notice a target that leads back here, and requests go round until something
   * fails. Default: none.
   */
  readonly remove?: readonly string[];
  /**
   * Names in `set` whose values are secret, besides the names that are known to be: `Authorization`,
   * `Cookie`, names that end in `key`, `token`, `secret`, `password`, `credential`, `credentials` or `auth`,
   * and what comes from `clientCredentials` or `tokenExchange`. No header of an answer that holds a secret
   * comes back. Default: none.
   */
  readonly secret?: readonly string[];
  /** What becomes of the headers of answers. Default: none is changed. */
  readonly response?: {
    /**
     * Headers of the upstream that come back although they speak for the whole origin of the app, or
     * are orders to the server in front of it: `'Set-Cookie'`, `'Strict-Transport-Security'`,
     * `'X-Accel-Redirect'` and others of the kind. Exact names. Default: none.
     */
    readonly forward?: readonly string[];
    readonly set?: Readonly<Record<string, string>>;
    readonly remove?: readonly string[];
  };
}
