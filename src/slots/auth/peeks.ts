import type { AuthenticationScheme } from './authenticator.ts';

type Identify = AuthenticationScheme['identify'];

const PEEKS = new WeakMap<AuthenticationScheme, Identify>();

/**
 * Remembers how a scheme finds out who a request comes from without asking a server: `unavailable` where what
 * this process holds does not say it. Nothing is fetched for that, and nothing kept.
 */
export function rememberPeek(scheme: AuthenticationScheme, peek: Identify): void {
  PEEKS.set(scheme, peek);
}

/** How a scheme does that; undefined where the scheme asks no server anyway, or is the app's own. */
export function peekOf(scheme: AuthenticationScheme): Identify | undefined {
  return PEEKS.get(scheme);
}
