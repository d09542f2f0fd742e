import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { byName, type PolicyRule } from '../../slots/policies/policy.ts';
import { apiKeysOf } from './api-keys.ts';
import type { Source } from './config-parts.ts';
import { validatorOf } from './validator.ts';

/** Who may come in. */
export interface Auth {
  readonly schemes: readonly AuthenticationScheme[];
  readonly policies: readonly PolicyRule[];
}

/** Undefined where an endpoint asks nobody who it is. */
export function authOf(source: Source): Auth | undefined {
  const { group, options } = source;
  const [{ extra, extraNotes }] = group;
  const values = extra['auth/validator'];
  const keys = apiKeysOf(source);
  if (values === undefined && keys === undefined) return undefined;
  const place = extraNotes.at('auth/validator');
  if (values !== undefined && keys !== undefined) {
    place.refuse('KrakenD asks for a token and a key together; write one of them');
  }
  const scheme = values === undefined ? undefined : validatorOf(place, values, options);
  const { scopes = [], scopes_matcher: matcher = 'any' } = values ?? {};
  return {
    schemes: [scheme, keys?.scheme].flatMap((own) => own ?? []),
    policies: [
      ...(scopes.length > 1 && matcher === 'any' ? [anyScope('auth/validator', scopes)] : []),
      ...(keys === undefined || keys.roles.length === 0
        ? []
        : [anyScope('auth/api-keys', keys.roles)]),
    ],
  };
}

/** One of these is enough. */
function anyScope(name: string, wanted: readonly string[]): PolicyRule {
  return {
    name,
    on: 'request',
    check: byName(({ principal }) => ({
      allow: wanted.some((own) => principal?.scopes?.includes(own) ?? false),
      reason: `none of ${wanted.join(', ')}`,
      message: `This needs one of ${wanted.join(', ')}`,
    })),
  };
}
