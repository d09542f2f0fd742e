import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import type { HeaderRules } from '../slots/headers/header-rules.ts';
import { injectHeaders as headersSlot } from '../slots/headers/headers.ts';
import { awaitTurn } from '../slots/turn.ts';

export type { ComputedHeader, HeaderRules, HeaderValue } from '../slots/headers/header-rules.ts';

/**
 * Decides which headers the relay behind it sends upstream and back. A field of the answer that holds
 * a secret value of `set` is dropped; `secret` says which values are secret.
 *
 * @param rules - See {@link HeaderRules}.
 * @throws {GatewayConfigError} for a name or value that cannot be a header, and for one that frames
 * or routes the message (`Host`, `Content-Length`, `Connection`, ...).
 * @see RFC 9110 section 7.6
 */
export function injectHeaders(rules: HeaderRules): Middleware {
  return chain([awaitTurn(), headersSlot(rules)]);
}
