import { randomUUID } from 'node:crypto';
import { isFieldName, isFieldValue } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import type { Notes } from '../notes.ts';
import type { HeaderPlan } from '../parts/header-plan.ts';
import type { MartianTree } from '../table/martian.ts';
import { compileMartian, type Step } from './compile.ts';
import { URL_MODIFIERS, type UrlEdit, urlEditOf } from './url-edits.ts';

/** Lets the modifiers of a tree change headers and the URL of the backend, in their order. */
export function applyMartian(
  { notes, tree }: MartianTree,
  plan: HeaderPlan,
  edits: UrlEdit[],
): void {
  for (const step of compileMartian(notes, tree, plan)) {
    if (step.directions.includes('request')) applyToRequest(step, plan, edits);
    if (step.directions.includes('response')) applyToAnswer(step, plan);
  }
}

function applyToRequest(step: Step, plan: HeaderPlan, edits: UrlEdit[]): void {
  const { kind, values, notes, condition } = step;
  if (kind === 'header.Blacklist') {
    for (const name of values.names ?? []) {
      if (!checkName(notes, name)) continue;
      if (condition === undefined) plan.remove(name);
      else {
        const before = plan.current(name);
        plan.set(name, (ctx) => (condition(ctx) ? undefined : before(ctx)));
      }
    }
    return;
  }
  if (URL_MODIFIERS.includes(kind)) {
    const edit = urlEditOf(step);
    if (edit !== undefined) edits.push(edit);
    return;
  }
  const name = nameOf(step);
  if (name === undefined || !checkName(notes, name)) return;
  if (name.toLowerCase() === 'host') {
    if (kind !== 'header.Modifier' || condition !== undefined) {
      notes.refuse('Host is the same for all requests; set it with header.Modifier alone');
    } else plan.set(name, values.value ?? '');
    return;
  }
  const before = plan.current(name);
  const make = makerOf(step, plan, name);
  if (make === undefined) return;
  if (condition === undefined) plan.set(name, make);
  else {
    const given = typeof make === 'string' ? () => make : make;
    plan.set(name, (ctx) => (condition(ctx) ? given(ctx) : before(ctx)));
  }
}

type Maker = string | ReturnType<HeaderPlan['current']>;

/** What a header is to be. */
function makerOf({ kind, values, notes }: Step, plan: HeaderPlan, name: string): Maker | undefined {
  const before = plan.current(name);
  if (kind === 'header.Copy') {
    const { from = '' } = values;
    if (!plan.mayHave(from)) notes.warn(`${from} does not go upstream, so nothing is copied`);
    const source = plan.current(from);
    return (ctx) => source(ctx);
  }
  if (kind === 'header.Id') return (ctx) => before(ctx) ?? randomUUID();
  const { value } = values;
  if (value === undefined) {
    notes.at('value').refuse('write the value');
    return undefined;
  }
  if (!isFieldValue(value)) {
    notes.at('value').refuse('KrakenD answers every request with 500 for such a value');
    return undefined;
  }
  if (kind === 'header.Modifier' || !plan.mayHave(name)) return value;
  notes.warn('values of one name go upstream in one line, with commas between them');
  return (ctx) => {
    const own = before(ctx);
    return own === undefined ? value : `${own}, ${value}`;
  };
}

function nameOf({ kind, values, notes }: Step): string | undefined {
  if (kind === 'header.Id') return values.header ?? 'X-Krakend-Id';
  const key = kind === 'header.Copy' ? 'to' : 'name';
  const name = values[key];
  if (name === undefined) notes.at(key).refuse('write the name of the header');
  return name;
}

function applyToAnswer({ kind, values, notes, condition }: Step, plan: HeaderPlan): void {
  if (condition !== undefined) {
    notes.refuse('headers of answers are changed without conditions here; take the filter out');
  } else if (kind === 'header.Blacklist') {
    for (const name of values.names ?? []) {
      if (checkName(notes, name)) plan.removeFromAnswer(name);
    }
  } else if (kind === 'header.Modifier') {
    const { name, value } = values;
    if (name === undefined || value === undefined || !isFieldValue(value)) {
      notes.refuse('write the name and the value of the header');
    } else if (checkName(notes, name)) plan.setInAnswer(name, value);
  } else {
    notes.refuse(
      `${kind} does not change answers here; write the scope ["request"], or header.Modifier`,
    );
  }
}

function checkName(notes: Notes, name: string): boolean {
  const lower = name.toLowerCase();
  const frames = lower === 'content-length' || isHopByHop(lower) || lower === 'expect';
  if (isFieldName(name) && !frames) return true;
  notes.refuse(
    frames
      ? `${name} frames the message, and KrakenD fails with it; take it out`
      : `${JSON.stringify(name)} is no name of a header`,
  );
  return false;
}
