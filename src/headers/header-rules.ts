import type { GatewayContext } from '../context.ts';

/**
 * A constant, or a function of the request; `undefined` from the function leaves the field out.
 * `undefined` as a constant is a config error: it is what a missing environment variable gives. A
 * function that throws, or takes more than 30 s, makes the answer a 500, unless it throws an
 * {@link UpstreamUnavailableError}.
 */
export type HeaderValue =
  | string
  | undefined
  | ((ctx: GatewayContext) => string | undefined | Promise<string | undefined>);

/** Which headers go upstream and come back, beyond the standard ones. */
export interface HeaderRules {
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
  /** Headers for the upstream, in place of any the client sent under that name. Default: none. */
  readonly set?: Readonly<Record<string, HeaderValue>>;
  /** Headers that do not go upstream although they are standard. Default: none. */
  readonly remove?: readonly string[];
  /** The same for the answer. Default: none. */
  readonly response?: {
    readonly set?: Readonly<Record<string, string>>;
    readonly remove?: readonly string[];
  };
}
