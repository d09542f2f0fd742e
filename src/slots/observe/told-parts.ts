import { hash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { splitTarget } from '../../http/request-target.ts';
import type { Principal } from '../../principal.ts';
import type { ObservedUser } from './observer.ts';

/** No text of a record is longer: it may be anything that a client, or whoever made its token, has chosen. */
const LONGEST = 256;

/**
 * A text as it may be told. Half a character, as JSON may hold it and as cutting may leave it, is replaced:
 * whoever writes UTF-8 does that later, and would make one label of two.
 */
export function cap(text: string): string {
  return text.slice(0, LONGEST).toWellFormed();
}

/**
 * What the client asked for. The query may hold a session or a token, what stands before the path
 * (RFC 9112 section 3.2.2) a password.
 */
export function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return cap(splitTarget(req.originalUrl ?? req.url ?? '').path);
}

/** A version is a date; nobody knows what else a client may send in its place. */
export function versionOf(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['mcp-protocol-version']?.toString() ?? '';
  return /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
}

/** A session id is a credential where nothing else is asked for; so is the id of a task. */
export function hashOf(secret: string): string {
  return hash('sha256', secret, 'hex').slice(0, 16);
}

/** Who a request comes from: no claim beyond these three. */
export function userOf(principal: Principal | undefined): ObservedUser | undefined {
  if (principal === undefined) return undefined;
  return {
    subject: textIn(principal, 'subject') ?? '',
    issuer: textIn(principal, 'issuer'),
    clientId: textIn(principal, 'clientId'),
  };
}

/** The object is the app's, which may have put anything into it, and have changed it since. */
function textIn(principal: Principal, member: keyof ObservedUser): string | undefined {
  try {
    const value: unknown = principal[member];
    return typeof value === 'string' ? cap(value) : undefined;
  } catch {
    return undefined;
  }
}
