/** Who a request comes from, as an authenticator found out. */
export interface Principal {
  /** Unique at its issuer: the `sub` of a token, the owner of a key. */
  readonly subject: string;
  /**
   * The issuer that vouches for the subject. Principals of the same subject and different issuers are
   * different.
   */
  readonly issuer?: string | undefined;
  /** What it may do. Default: nothing that asks for a scope. */
  readonly scopes?: readonly string[] | undefined;
  /** The roles it has: of a token those in `roles`, or what `claims` of `jwt` gives. Default: none. */
  readonly roles?: readonly string[] | undefined;
  /** All else that is known of it: the claims of a token. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** The client that acts for it. */
  readonly clientId?: string | undefined;
}

/**
 * The key of a principal in sessions, limits and caches. No principal can get the key of another one. Where
 * it has no issuer, `source`, the name of the authenticator that found it, stands for one; in a list of its
 * own, because an issuer may have any name.
 */
export function keyOf({ issuer, subject }: Principal, source: string | undefined): string {
  return JSON.stringify([issuer ?? [source], subject]);
}
