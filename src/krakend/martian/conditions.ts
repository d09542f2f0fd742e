import { budget } from '../../cel/budget.ts';
import { patternFor } from '../../cel/patterns.ts';
import type { GatewayContext } from '../../gateway-context.ts';
import type { Notes } from '../notes.ts';
import type { HeaderPlan } from '../parts/header-plan.ts';
import type { ModifierValues } from '../table/martian.ts';

/** Whether a request is one that a modifier is for. */
export type Condition = (ctx: GatewayContext) => boolean;

/** What a filter asks; undefined where it cannot be asked, which is noted. */
export function conditionOf(
  notes: Notes,
  kind: string,
  values: ModifierValues,
  plan: HeaderPlan,
): Condition | undefined {
  if (kind === 'header.Filter') return headerFilter(notes, values, plan);
  if (kind === 'header.RegexFilter') return patternFilter(notes, values, plan);
  return cookieFilter(notes, values, plan);
}

function headerFilter(
  notes: Notes,
  { name, value }: ModifierValues,
  plan: HeaderPlan,
): Condition | undefined {
  if (name === undefined) notes.at('name').refuse('write the name of the header');
  if (value === undefined) {
    notes
      .at('value')
      .refuse(
        'without it KrakenD looks for an empty value, not whether the header is there; write the value',
      );
  }
  if (name === undefined || value === undefined) return undefined;
  warnOfAbsence(notes, name, plan);
  const current = plan.current(name);
  return (ctx) => {
    const given = current(ctx);
    return given === value || (given?.split(', ').includes(value) ?? false);
  };
}

function patternFilter(
  notes: Notes,
  { header, regex }: ModifierValues,
  plan: HeaderPlan,
): Condition | undefined {
  if (header === undefined) notes.at('header').refuse('write the name of the header');
  if (regex === undefined) notes.at('regex').refuse('write the pattern');
  if (header === undefined || regex === undefined) return undefined;
  const pattern = readPattern(notes.at('regex'), regex);
  if (pattern === undefined) return undefined;
  warnOfAbsence(notes, header, plan);
  const current = plan.current(header);
  return (ctx) => {
    const given = current(ctx);
    return given !== undefined && pattern(given);
  };
}

/** A pattern of RE2, unanchored; undefined where it is none, which is noted. */
export function readPattern(notes: Notes, text: string): ((value: string) => boolean) | undefined {
  try {
    const pattern = patternFor(text);
    // One that takes too long throws, and no request passes that was not looked at.
    return (value) => budget.limit(() => pattern.test(value));
  } catch (error) {
    notes.refuse(`KrakenD drops what has such a pattern: ${(error as Error).message}`);
    return undefined;
  }
}

function cookieFilter(
  notes: Notes,
  { name, value }: ModifierValues,
  plan: HeaderPlan,
): Condition | undefined {
  if (name === undefined) {
    notes.at('name').refuse('write the name of the cookie');
    return undefined;
  }
  warnOfAbsence(notes, 'Cookie', plan);
  const current = plan.current('cookie');
  return (ctx) =>
    (current(ctx) ?? '').split(';').some((pair) => {
      const [own = '', ...rest] = pair.trim().split('=');
      return own === name && (value === undefined || rest.join('=') === value);
    });
}

function warnOfAbsence(notes: Notes, name: string, plan: HeaderPlan): void {
  if (!plan.mayHave(name)) {
    notes.warn(`it never holds, because ${name} is not in input_headers`);
  }
}
