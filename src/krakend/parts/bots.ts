import { byName, type PolicyRule } from '../../slots/policies/policy.ts';
import { readPattern } from '../martian/conditions.ts';
import type { Notes } from '../notes.ts';
import type { BotDetectorValues } from '../table/bot-detector.ts';
import type { Source } from './config-parts.ts';

const NAME = 'security/bot-detector';

/** The rules of bot detectors. KrakenD runs both, that of the service and that of the endpoint. */
export function botRulesOf({
  group: [{ extra, extraNotes }],
  service,
  serviceNotes,
}: Source): PolicyRule[] {
  const shared = service[NAME];
  const own = extra[NAME];
  return [
    ...(shared === undefined ? [] : [ruleOf(serviceNotes.at(NAME), shared)]),
    ...(own === undefined ? [] : [ruleOf(extraNotes.at(NAME), own)]),
  ];
}

function ruleOf(
  notes: Notes,
  {
    allow = [],
    deny = [],
    patterns: texts = [],
    empty_user_agent_is_bot: isEmptyBot = false,
  }: BotDetectorValues,
): PolicyRule {
  const patterns = texts.flatMap((text, i) => readPattern(notes.at('patterns').at(i), text) ?? []);
  if (deny.length === 0 && texts.length === 0 && !isEmptyBot) {
    notes.refuse('it finds no bot; write deny, patterns or empty_user_agent_is_bot');
  }
  return {
    name: NAME,
    on: 'request',
    check: byName(({ headers: { 'user-agent': agent = '' } }) => {
      if (agent === '') return !isEmptyBot;
      if (allow.includes(agent)) return true;
      return !deny.includes(agent) && !patterns.some((matches) => matches(agent));
    }),
  };
}
