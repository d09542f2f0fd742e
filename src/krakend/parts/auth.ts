import { quoted } from '../../lib/quoted.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { byName, type PolicyRule } from '../../slots/policies/policy.ts';
import { written } from '../written.ts';
import { apiKeysOf } from './api-keys.ts';
import { basicOf } from './basic.ts';
import type { Source } from './config-parts.ts';
import { validatorOf } from './validator.ts';

/** Which callers may come in. */
export interface Auth {
  readonly schemes: readonly AuthenticationScheme[];
  readonly policies: readonly PolicyRule[];
}

/** The authentication of an endpoint; undefined where it asks for none. */
export function authOf(source: Source): Auth | undefined {
  const { group, options } = source;
  const [{ extra, extraNotes }] = group;
  const values = extra['auth/validator'];
  const keys = apiKeysOf(source);
  const users = basicOf(source);
  const asked = NAMESPACES.filter((name) => extra[name] !== undefined);
  const [first] = asked;
  if (first === undefined) return undefined;
  if (asked.length > 1) {
    extraNotes
      .at(first)
      .refuse(`KrakenD asks for ${asked.join(' and ')} together; write one of them`);
  }
  const place = extraNotes.at('auth/validator');
  const scheme = values === undefined ? undefined : validatorOf(place, values, options);
  const { scopes = [], scopes_matcher: matcher = 'any' } = values ?? {};
  return {
    schemes: [scheme, keys?.scheme, ...(users ?? [])].flatMap((own) => own ?? []),
    policies: [
      ...(scopes.length > 1 && matcher === 'any' ? [anyScope('auth/validator', scopes)] : []),
      ...(keys === undefined || keys.roles.length === 0
        ? []
        : [anyScope('auth/api-keys', keys.roles)]),
    ],
  };
}

const NAMESPACES = ['auth/validator', 'auth/api-keys', 'auth/basic'] as const;

/** A rule that needs one of these scopes. */
function anyScope(name: string, wanted: readonly string[]): PolicyRule {
  return {
    name,
    on: 'request',
    check: written(
      byName(({ principal }) => ({
        allow: wanted.some((own) => principal?.scopes?.includes(own) ?? false),
        reason: `none of ${wanted.join(', ')}`,
        message: `This needs one of ${wanted.join(', ')}`,
      })),
      { text: `anyScope([${wanted.map(quoted).join(', ')}])`, helpers: ['anyScope'] },
    ),
  };
}
