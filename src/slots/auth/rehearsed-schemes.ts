import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf } from '../../context.ts';
import { goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import type { AuthenticationScheme, Identification } from './authenticator.ts';
import { peekOf } from './peeks.ts';

/**
 * The same schemes for requests that are only described. If the description says who the request comes from,
 * no scheme is asked. Otherwise the schemes of this package ask no server, and those of the app are asked as
 * ever.
 */
export function rehearsedSchemes(
  schemes: readonly AuthenticationScheme[],
): readonly AuthenticationScheme[] {
  return schemes.map((scheme): AuthenticationScheme => {
    const identify = (req: IncomingMessage, res: ServerResponse) =>
      describedIdentity(req) ?? peeked(scheme, req, res) ?? scheme.identify(req, res);
    return Object.assign(Object.create(scheme), { identify });
  });
}

function describedIdentity(req: IncomingMessage): Identification | undefined {
  const { identity } = contextOf(req);
  return identity && { outcome: 'accepted', principal: identity.principal };
}

function peeked(
  scheme: AuthenticationScheme,
  req: IncomingMessage,
  res: ServerResponse,
): NowOrLater<Identification> | undefined {
  const peek = peekOf(scheme);
  if (peek === undefined) return undefined;
  return goOn(peek(req, res), (found) => {
    if (found.outcome !== 'unavailable') return found;
    contextOf(req).observation?.unasked?.(NOT_ASKED);
    // There is no cause: no server has failed.
    return { ...found, cause: undefined };
  });
}

const NOT_ASKED =
  'no server was asked for keys, or about the token: what this process holds does not say it';
