import { isText } from '../../../lib/text.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import type { Principal } from '../../../principal.ts';
import type { TokenClaims } from './token-claims.ts';

/** `roles` as a text, which is one role, or as a list of texts. Anything else holds no role. */
export function rolesIn({ roles }: TokenClaims): string[] {
  return (Array.isArray(roles) ? roles : [roles]).filter(isText);
}

/** Whether a caller may come in by its roles. */
export type RolesRule = (principal: Principal) => boolean;

/** Reads the roles of which a caller has to have one; undefined where none is needed. */
export function readRoles(
  problems: ConfigProblems,
  value: readonly string[] | false | undefined,
): RolesRule | undefined {
  if (value === undefined || value === false) return undefined;
  const needed = problems.list(value, isText, 'a role', { atLeast: 1 });
  return ({ roles = [] }) => needed.some((role) => roles.includes(role));
}
