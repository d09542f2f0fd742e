/** Who a request comes from, as an authenticator found out. */
export interface Principal {
  /** Unique at its issuer: the `sub` of a token, the owner of a key. */
  readonly subject: string;
  /** Who says so. Principals of the same subject and different issuers are different. */
  readonly issuer?: string | undefined;
  /** What it may do. Default: nothing that asks for a scope. */
  readonly scopes?: readonly string[] | undefined;
  /** Whatever else is known of it: the claims of a token. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** The client that acts for it. */
  readonly clientId?: string | undefined;
}

/** What sessions, limits and caches know a principal by: nobody can make one that is another's. */
export function keyOf({ issuer, subject }: Principal): string {
  return JSON.stringify([issuer ?? null, subject]);
}
