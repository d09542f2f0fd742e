import { byName, type PolicyRule } from '../../slots/policies/policy.ts';
import { readPattern } from '../martian/conditions.ts';
import type { Source } from './config-parts.ts';
import { inEither } from './namespace.ts';

/** The rule of a bot detector; undefined where there is none. */
export function botRuleOf(source: Source): PolicyRule | undefined {
  const detector = inEither(source, 'security/bot-detector');
  if (detector === undefined) return undefined;
  const { notes, values } = detector;
  const {
    allow = [],
    deny = [],
    patterns: texts = [],
    empty_user_agent_is_bot: isEmptyBot,
  } = values;
  const patterns = texts.flatMap((text, i) => readPattern(notes.at('patterns').at(i), text) ?? []);
  if (deny.length === 0 && texts.length === 0 && isEmptyBot !== true) {
    notes.refuse('it finds no bot; write deny, patterns or empty_user_agent_is_bot');
  }
  return {
    name: 'security/bot-detector',
    on: 'request',
    check: byName(({ headers: { 'user-agent': agent = '' } }) => {
      if (agent === '') return isEmptyBot !== true;
      if (allow.includes(agent)) return true;
      return !deny.includes(agent) && !patterns.some((matches) => matches(agent));
    }),
  };
}
