import { isText } from '../../../lib/text.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import type { TokenClaims } from './token-claims.ts';

/**
 * Whom tokens are for. A text, or one of a list, has to be in `aud`, character for character; `anyOf` says
 * the same in words, and with `allOf` each of the list has to be there.
 */
export type TokenAudience =
  | string
  | readonly string[]
  | {
      /** One of these has to be there. */
      readonly anyOf: readonly string[];
      /**
       * The claim that takes the place of `aud`, such as `client_id` in the access tokens of Amazon Cognito,
       * which have no `aud`. Its name is taken as it is, a URL too. Default: `'aud'`.
       */
      readonly claim?: string;
    }
  | {
      /** Each of these has to be there. */
      readonly allOf: readonly string[];
      /** The claim that takes the place of `aud`. Default: `'aud'`. */
      readonly claim?: string;
    };

/** Whether a token is for this gateway. */
export type AudienceRule = (claims: TokenClaims) => boolean;

const EXPECTED = 'whom the tokens are for, as `aud` has it: most often the URL of the endpoint';
const VALUE = 'a text that the claim has to hold';

const MEMBERS = ['anyOf', 'allOf', 'claim'] as const;
const HINTS = {
  oneOf: 'anyOf',
  any: 'anyOf',
  some: 'anyOf',
  all: 'allOf',
  every: 'allOf',
  aud: 'use anyOf, with the values that `aud` may have',
  name: 'claim',
};

/** Reads whom tokens are for; undefined where that cannot be read. */
export function readAudience(problems: ConfigProblems, value: unknown): AudienceRule | undefined {
  if (isText(value)) return audienceRule('aud', 'some', [value]);
  if (Array.isArray(value)) return ruleOf(problems, 'aud', 'some', value, EXPECTED);
  if (typeof value !== 'object' || value === null || value instanceof RegExp) {
    problems.add(value, EXPECTED);
    return undefined;
  }
  if (!problems.keys(value, MEMBERS, "{ anyOf: ['https://gateway.example/mcp'] }", HINTS))
    return undefined;
  const { anyOf, allOf, claim = 'aud' } = value as Record<(typeof MEMBERS)[number], unknown>;
  if (!isText(claim)) problems.at('claim').add(claim, "the name of a claim, like 'client_id'");
  if ((anyOf === undefined) === (allOf === undefined)) {
    const isKnown = Object.keys(value).every((key) => MEMBERS.some((member) => member === key));
    if (isKnown) problems.add(value, 'an object with either anyOf or allOf');
    return undefined;
  }
  const name = String(claim);
  return anyOf === undefined
    ? ruleOf(problems.at('allOf'), name, 'every', allOf, VALUE)
    : ruleOf(problems.at('anyOf'), name, 'some', anyOf, VALUE);
}

function ruleOf(
  problems: ConfigProblems,
  claim: string,
  how: 'some' | 'every',
  value: unknown,
  expected: string,
): AudienceRule {
  return audienceRule(claim, how, problems.list(value, isText, expected, { atLeast: 1 }));
}

/** A claim that is neither a text nor a list holds no value. */
function audienceRule(
  claim: string,
  how: 'some' | 'every',
  values: readonly string[],
): AudienceRule {
  return (claims) => {
    const given = claims[claim];
    const held: readonly unknown[] = Array.isArray(given) ? given : [given];
    return values.length > 0 && values[how]((value) => held.includes(value));
  };
}
