import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../principal.ts';

/** The result of an attempt to find out who a request comes from. */
export type Identification =
  /**
   * The request comes from this principal. `expiresAt` is when that ends, in milliseconds since the epoch;
   * `byBearer` says that the token in `Authorization` proves it, so that the token may be exchanged.
   */
  | {
      readonly outcome: 'accepted';
      readonly principal: Principal;
      readonly expiresAt?: number;
      readonly byBearer?: boolean;
    }
  /** The request has no credentials that this authenticator knows. */
  | { readonly outcome: 'absent' }
  /**
   * The request has credentials, but they are not good. `description` may be told to the client, `detail` is
   * for the operator's record and `onError` alone.
   */
  | { readonly outcome: 'refused'; readonly description?: string; readonly detail?: string }
  /**
   * The credentials are good, but not enough. `scopes` are those that the request needs, where a client can
   * ask for them. `description` is for the operator's record alone.
   */
  | {
      readonly outcome: 'forbidden';
      readonly scopes?: readonly string[];
      readonly description?: string;
    }
  /** The authenticator cannot tell at the moment whether the credentials are good. */
  | { readonly outcome: 'unavailable'; readonly cause: unknown };

/** A way to find out who a request comes from: `jwt`, `introspection`, `apiKey`, `fromMiddleware`. */
export interface AuthenticationScheme {
  /**
   * Finds out who a request comes from, without a promise where it can. If it throws or rejects, the answer
   * is a 500. It must not answer the request itself.
   */
  identify(req: IncomingMessage, res: ServerResponse): Identification | Promise<Identification>;
  /** The header with the credentials, in lower case, where the scheme knows it. It never goes upstream. */
  readonly header: string | undefined;
  /** The issuers whose tokens it takes, for the protected-resource metadata. */
  readonly issuers: readonly string[];
  /** The scopes that every request needs. */
  readonly scopes: readonly string[];
  /** What stands in keys of sessions and limits for the issuer of a principal that has none. */
  readonly kind?: string;
  /**
   * The value of `WWW-Authenticate` for a request without good credentials, where these are no bearer token:
   * `Basic realm="mcp"`. Default: a challenge for tokens, or for keys.
   *
   * @see RFC 9110 section 11.6.1
   */
  readonly challenge?: string;
}

/**
 * Gives the identity that the host app knows already: `null` where there is no user. If it throws, the answer
 * is a 500.
 */
export type AuthenticateFunction<Req extends IncomingMessage = IncomingMessage> = (
  req: Req,
) => Principal | null | Promise<Principal | null>;

/** What the `auth` slot takes. */
export type Authenticator<Req extends IncomingMessage = IncomingMessage> =
  | AuthenticationScheme
  | AuthenticateFunction<Req>;
