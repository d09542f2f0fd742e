import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../principal.ts';

/** What came of an attempt to find out who a request comes from. */
export type Identification =
  /**
   * It is this principal; `expiresAt` is when that ends, in milliseconds since the epoch, and
   * `byBearer` whether the token in `Authorization` says so, which may then be exchanged.
   */
  | {
      readonly outcome: 'accepted';
      readonly principal: Principal;
      readonly expiresAt?: number;
      readonly byBearer?: boolean;
    }
  /** It brought no credentials that this authenticator knows. */
  | { readonly outcome: 'absent' }
  /**
   * It brought credentials, and they are not good. `description` may be told to the client, `detail` is for the
   * operator's record and `onError` alone.
   */
  | { readonly outcome: 'refused'; readonly description?: string; readonly detail?: string }
  /**
   * They are good, and not enough: for want of these `scopes`, where a client can ask for them.
   * `description` is for the operator's record alone.
   */
  | {
      readonly outcome: 'forbidden';
      readonly scopes?: readonly string[];
      readonly description?: string;
    }
  /** Whether they are good cannot be told at the moment. */
  | { readonly outcome: 'unavailable'; readonly cause: unknown };

/** A way to find out who a request comes from: `jwt`, `introspection`, `apiKey`, `fromMiddleware`. */
export interface AuthenticationScheme {
  /**
   * Finds out who a request comes from, at once where it can. One that throws or rejects is a 500. It must not
   * answer.
   */
  identify(req: IncomingMessage, res: ServerResponse): Identification | Promise<Identification>;
  /** The header with the credentials, in lower case, where it knows. It never goes upstream. */
  readonly header: string | undefined;
  /** The issuers whose tokens it takes, for the protected-resource metadata. */
  readonly issuers: readonly string[];
  /** The scopes that every request needs. */
  readonly scopes: readonly string[];
  /** What stands in keys of sessions and limits for the issuer of a principal that has none. */
  readonly kind?: string;
  /**
   * What `WWW-Authenticate` says to who has no good credentials, where these are no bearer token: `Basic realm="mcp"`.
   * Default: a challenge for tokens, or for keys.
   *
   * @see RFC 9110 section 11.6.1
   */
  readonly challenge?: string;
}

/** Identity that the host app knows already: `null` where there is no user. One that throws is a 500. */
export type AuthenticateFunction<Req extends IncomingMessage = IncomingMessage> = (
  req: Req,
) => Principal | null | Promise<Principal | null>;

/** What the `auth` slot takes. */
export type Authenticator<Req extends IncomingMessage = IncomingMessage> =
  | AuthenticationScheme
  | AuthenticateFunction<Req>;
