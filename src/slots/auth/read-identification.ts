import { membersOf, notAwaited } from '../../lib/not-awaited.ts';
import { plain } from '../../lib/plain-error.ts';
import { isThenable } from '../../lib/thenable.ts';
import { isScope } from '../../oauth/scope.ts';
import type { Principal } from '../../principal.ts';
import type { Identification } from './authenticator.ts';
import { checked } from './read-authenticators.ts';

const REFUSALS: readonly unknown[] = ['absent', 'refused', 'forbidden', 'unavailable'];

/**
 * Checks what an authenticator found out, because the authenticator may be the app's own. An invalid result
 * is a failure, never an acceptance.
 */
export function readIdentification(found: Identification): Identification {
  if (found?.outcome === 'accepted') checked(found.principal);
  if (isIdentification(found) && !holdsPromise(found)) return found;
  notAwaited(found);
  throw plain(
    new TypeError(
      'An authenticator gives { outcome: "..." } and a principal with members that are no promises',
    ),
  );
}

function isIdentification(found: Identification): boolean {
  if (found?.outcome === 'accepted') {
    return isOf('number', found.expiresAt) && isOf('boolean', found.byBearer);
  }
  if (found?.outcome === 'refused') {
    return isOf('string', found.description) && isOf('string', found.detail);
  }
  if (found?.outcome === 'forbidden') {
    if (!isOf('string', found.description)) return false;
    return (
      found.scopes === undefined || (Array.isArray(found.scopes) && found.scopes.every(isScope))
    );
  }
  return REFUSALS.includes(found?.outcome);
}

/** A rule that asks whether a claim is true would take any promise for a yes. */
function holdsPromise(found: Identification): boolean {
  if (found.outcome !== 'accepted') return false;
  const { principal } = found;
  if (FREE_OF_PROMISES.has(principal)) return false;
  const { claims } = principal;
  if (membersOf(principal).some(isThenable) || membersOf(claims ?? {}).some(isThenable))
    return true;
  // `isFrozen` is true for any value that is no object.
  if (Object.isFrozen(principal) && Object.isFrozen(claims)) FREE_OF_PROMISES.add(principal);
  return false;
}

/** Frozen principals, such as those of keys and remembered tokens, are checked once. */
const FREE_OF_PROMISES = new WeakSet<Principal>();

function isOf(type: string, value: unknown): boolean {
  return value === undefined || typeof value === type;
}
