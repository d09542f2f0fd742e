const SCHEME = 'Bearer ';

/** A token as `Authorization` has it (RFC 6750 section 2.1). */
export function bearerHeader(token: string): string {
  return SCHEME + token;
}

/** The token in what {@link bearerHeader} gave. */
export function tokenIn(header: string): string {
  return header.slice(SCHEME.length);
}
