import { isTrustedPeer } from './trusted-peer.ts';

/** The client's address, and what it was worked out from. */
export interface ClientAddress {
  readonly ip: string;
  readonly app: unknown;
  readonly forwarded: unknown;
}

type AppRequest = Parameters<typeof isTrustedPeer>[0] & { readonly ip?: unknown };

/**
 * The client's address: Express's, which follows `trust proxy`; without Express the socket's, empty once
 * that is gone. Half of the slots ask for it, and to work it out takes a while.
 *
 * @param known - The result of an earlier call: it stays, unless another app is asked, or a middleware has
 * set `req.ip` or `X-Forwarded-For` meanwhile.
 * @throws {unknown} what the app's function for `trust proxy` throws, or a `TypeError` where it is async.
 */
export function clientAddress(req: AppRequest, known?: ClientAddress): ClientAddress {
  const { app, headers } = req;
  const forwarded = headers['x-forwarded-for'];
  const isKnown = known?.app === app && known?.forwarded === forwarded && !Object.hasOwn(req, 'ip');
  if (known !== undefined && isKnown) return known;
  // Express takes a promise for a yes, and any client could say what its address is.
  if (forwarded !== undefined) isTrustedPeer(req);
  const { ip, socket } = req;
  return { ip: typeof ip === 'string' ? ip : (socket.remoteAddress ?? ''), app, forwarded };
}
