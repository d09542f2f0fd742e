import type { AnswerHead } from '../../answer-stage.ts';
import { isFieldName } from '../../http/field.ts';
import type { Middleware } from '../../http/middleware.ts';
import { onWayBack } from '../../slots/way-back.ts';
import type { Notes } from '../notes.ts';
import type { AddedHeader } from './added-headers.ts';
import type { Source } from './config-parts.ts';
import type { HeaderPlan } from './header-plan.ts';
import { isNeeded } from './needed-header.ts';

/** New names of headers by the old ones, in lower case. */
type Renames = ReadonlyMap<string, string>;

/** The middleware that renames headers of answers; undefined where it would rename none. */
export function renamesOf(
  { service, serviceNotes }: Source,
  plan: HeaderPlan,
  added: readonly AddedHeader[],
): Middleware | undefined {
  const { rename } = service['modifier/response-headers'] ?? {};
  if (rename === undefined) return undefined;
  const place = serviceNotes.at('modifier/response-headers').at('rename');
  const pairs = Object.entries(rename).filter(([from, to]) =>
    check(place.at(from), from, to, (lower) => {
      return plan.isInAnswer(lower) || added.some(([name]) => name.toLowerCase() === lower);
    }),
  );
  const renames: Renames = new Map(pairs.map(([from, to]) => [from.toLowerCase(), String(to)]));
  return onWayBack({ head: (_req, head) => renameIn(head, renames) });
}

function renameIn(head: AnswerHead, renames: Renames): void {
  const gone = [...head.fields].filter(
    ({ name, ends }) => !ends && renames.has(name.toLowerCase()),
  );
  for (const field of gone) {
    field.ends = true;
    const to = renames.get(field.name.toLowerCase()) as string;
    const [first, ...others] = field.values;
    if (first !== undefined) head.set(to, first);
    for (const value of others) head.add(to, value);
  }
}

function check(
  notes: Notes,
  from: string,
  to: unknown,
  isSaid: (lower: string) => boolean,
): boolean {
  if (!isFieldName(from) || typeof to !== 'string' || !isFieldName(to)) {
    notes.refuse('write the new name of the header: { "X-Old": "X-New" }');
    return false;
  }
  if (from.toLowerCase() === 'set-cookie') {
    notes.warn('the cookies of the backend do not come back, so nothing gets another name');
  }
  for (const name of [from, to]) {
    if (isNeeded(name.toLowerCase())) notes.refuse(`clients of MCP need ${name} as it is`);
    else if (isSaid(name.toLowerCase())) {
      notes.refuse(
        `another part of the document sets ${name}, or deletes it; take out one of them`,
      );
    }
  }
  return true;
}
