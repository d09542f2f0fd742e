import { isComment } from '../fields/object.ts';
import type { Notes } from '../notes.ts';
import type { HeaderPlan } from '../parts/header-plan.ts';
import { MODIFIERS, type ModifierValues } from '../table/martian.ts';
import { type Condition, conditionOf } from './conditions.ts';

type Direction = 'request' | 'response';

/** One modifier that changes something, and when. */
export interface Step {
  readonly kind: string;
  readonly values: ModifierValues;
  readonly notes: Notes;
  readonly directions: readonly Direction[];
  /** Undefined: always. */
  readonly condition: Condition | undefined;
}

interface Outer {
  readonly directions: readonly Direction[];
  readonly condition: Condition | undefined;
}

const BOTH: readonly Direction[] = ['request', 'response'];
/** Modifiers of which KrakenD has one direction only; in the other, it drops the whole tree. */
const REQUEST_ONLY: readonly string[] = [
  'header.Id',
  'port.Modifier',
  'querystring.Modifier',
  'url.Modifier',
];

/** The modifiers of a tree in the order in which they run. */
export function compileMartian(notes: Notes, tree: unknown, plan: HeaderPlan): Iterable<Step> {
  // One after another: a condition sees what the modifiers before it have done to the plan.
  return stepsOf(notes, tree, plan, { directions: BOTH, condition: undefined });
}

function* stepsOf(notes: Notes, node: unknown, plan: HeaderPlan, outer: Outer): Generator<Step> {
  const modifier = readNode(notes, node);
  if (modifier === undefined) return;
  const { kind, values, place } = modifier;
  const directions = directionsOf(place, values.scope, outer.directions);
  const inner = { directions, condition: outer.condition };
  if (kind === 'fifo.Group') {
    for (const [i, own] of (values.modifiers ?? []).entries()) {
      yield* stepsOf(place.at('modifiers').at(i), own, plan, inner);
    }
  } else if (kind === 'priority.Group') yield* prioritised(place, values, plan, inner);
  else if (/Filter$/.test(kind)) yield* filtered(place, kind, values, plan, inner);
  else {
    const isForRequests = REQUEST_ONLY.includes(kind);
    if (isForRequests && values.scope?.includes('response')) {
      place
        .at('scope')
        .refuse(`${kind} is for requests, and KrakenD drops all modifiers; write ["request"]`);
    }
    if (directions.length === 0) place.refuse('no scope is left for this modifier');
    const own = isForRequests ? directions.filter((each) => each === 'request') : directions;
    yield { kind, values, notes: place, directions: own, condition: outer.condition };
  }
}

/** The highest first, and of equal ones the last. */
function* prioritised(
  notes: Notes,
  { modifiers = [] }: ModifierValues,
  plan: HeaderPlan,
  inner: Outer,
): Generator<Step> {
  const items = modifiers.map((item, i) => ({ ...(item as Prioritised), i }));
  items.sort((one, other) => (other.priority ?? 0) - (one.priority ?? 0) || other.i - one.i);
  for (const { modifier, priority, i } of items) {
    const place = notes.at('modifiers').at(i);
    if (priority === undefined) place.at('priority').refuse('write a whole number');
    yield* stepsOf(place.at('modifier'), modifier, plan, inner);
  }
}

interface Prioritised {
  readonly priority?: number;
  readonly modifier?: unknown;
}

function* filtered(
  notes: Notes,
  kind: string,
  values: ModifierValues,
  plan: HeaderPlan,
  { directions, condition: outer }: Outer,
): Generator<Step> {
  const own = conditionOf(notes, kind, values, plan);
  if (own === undefined) return;
  const both = (condition: Condition): Condition =>
    outer === undefined ? condition : (ctx) => outer(ctx) && condition(ctx);
  const then = { directions, condition: both(own) };
  yield* stepsOf(notes.at('modifier'), values.modifier, plan, then);
  if (values.else !== undefined) {
    const not = { directions, condition: both((ctx) => !own(ctx)) };
    yield* stepsOf(notes.at('else'), values.else, plan, not);
  }
}

function directionsOf(
  notes: Notes,
  scope: readonly string[] | undefined,
  outer: readonly Direction[],
): readonly Direction[] {
  if (scope === undefined) return outer;
  for (const [i, own] of scope.entries()) {
    if (own !== 'request' && own !== 'response') {
      notes
        .at('scope')
        .at(i)
        .refuse('KrakenD drops all modifiers with such a scope; write request or response');
    }
  }
  if (scope.length === 0) notes.at('scope').refuse('a modifier with an empty scope does nothing');
  return outer.filter((direction) => scope.includes(direction));
}

/** An object with one key, the name of a modifier. */
function readNode(notes: Notes, node: unknown) {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    notes.refuse('write an object with one modifier');
    return undefined;
  }
  const keys = Object.keys(node).filter((key) => !isComment(key));
  if (keys.length < Object.keys(node).length) {
    notes.warn('KrakenD drops all modifiers of this tree, because a comment stands beside one');
  }
  const [kind] = keys;
  if (kind === undefined || keys.length !== 1) {
    notes.refuse(
      'KrakenD drops all modifiers unless there is exactly one here; use fifo.Group for several',
    );
    return undefined;
  }
  const place = notes.at(kind);
  const field = Object.hasOwn(MODIFIERS, kind) ? MODIFIERS[kind] : undefined;
  if (field === undefined) {
    place.refuse(
      `KrakenD has no modifier ${kind} and drops all of this tree; write one of ${Object.keys(MODIFIERS).join(', ')}`,
    );
    return undefined;
  }
  const values = field.read(place, (node as Record<string, unknown>)[kind]);
  return values === undefined ? undefined : { kind, values: values as ModifierValues, place };
}
