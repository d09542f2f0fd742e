import { contextOf } from '../../context.ts';
import { type HeaderEdits, NO_EDITS } from '../../header-edits.ts';
import type { Middleware } from '../../http/middleware.ts';
import { isFactory } from '../../options/factories.ts';
import type { AuthenticationScheme } from './authenticator.ts';

/** What {@link upstreamAuth} gives. It identifies no caller. */
export interface UpstreamAuth extends AuthenticationScheme {
  /** The member by which the gateway recognises it. */
  readonly relaysTokens: true;
}

/**
 * Leaves authentication to the upstream, an OAuth-protected server of a third party: `Authorization` and
 * `DPoP` go upstream, its challenges come back, and its metadata is served under `publicUrl`. In it,
 * `resource` and the address of the metadata become the gateway's, so that official clients complete the
 * flow. It has to be the only authenticator, and needs `publicUrl`.
 *
 * @returns An authenticator for `auth`.
 * @see RFC 9728 section 3.3
 *
 * @example From `examples/upstream-auth.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *     publicUrl: 'https://gateway.example/mcp',
 *     auth: upstreamAuth(),
 *   }),
 * );
 * ```
 */
export function upstreamAuth(): UpstreamAuth {
  return {
    relaysTokens: true,
    header: undefined,
    issuers: [],
    scopes: [],
    identify: async () => ({ outcome: 'absent' }),
  };
}

isFactory('upstreamAuth', upstreamAuth);

/** The client's credentials, as they came. */
const RELAYED: HeaderEdits = {
  ...NO_EDITS,
  forwards: (name) => name === 'authorization' || name === 'dpop',
  credentials: 'relayed',
};

/** The slot: credentials go upstream, and what the upstream says of them comes back. */
export function relayCredentials(): Middleware {
  return function relayCredentialsMiddleware(req, _res, next) {
    contextOf(req).addHeaderEdits(RELAYED);
    next();
  };
}

/** Whether an authenticator is {@link upstreamAuth}. */
export function isUpstreamAuth(value: unknown): value is UpstreamAuth {
  return (value as Partial<UpstreamAuth> | null)?.relaysTokens === true;
}
