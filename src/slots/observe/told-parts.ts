import { hash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { splitTarget } from '../../http/request-target.ts';
import type { Principal } from '../../principal.ts';
import type { ObservedUser } from './observer.ts';

/** The longest text of a record: a client, or the issuer of its token, may have chosen any text. */
const LONGEST = 256;

/**
 * A text as it may be told. Half a character, as JSON may hold it and as cutting may leave it, is replaced: a
 * program that writes UTF-8 would replace it later, and make one label of two.
 */
export function cap(text: string): string {
  return text.slice(0, LONGEST).toWellFormed();
}

/**
 * The path that the client asked for. The query is left out, because it may hold a session or a token; so is
 * what stands before the path (RFC 9112 section 3.2.2), which may hold a password.
 */
export function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return cap(splitTarget(req.originalUrl ?? req.url ?? '').path);
}

/** The version, which is a date. Any other text that a client sends in its place is left out. */
export function versionOf(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['mcp-protocol-version']?.toString() ?? '';
  return /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
}

/**
 * A hash of a secret. A session id is a credential where the upstream asks for no other; so is the id of a
 * task.
 */
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

/** The principal belongs to the app, which may have put anything into it, and may have changed it since. */
function textIn(principal: Principal, member: keyof ObservedUser): string | undefined {
  try {
    const value: unknown = principal[member];
    return typeof value === 'string' ? cap(value) : undefined;
  } catch {
    return undefined;
  }
}
