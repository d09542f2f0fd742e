import { isComment } from '../fields/object.ts';
import type { Notes } from '../notes.ts';
import type { HeaderPlan } from '../parts/header-plan.ts';
import { MODIFIERS, type ModifierValues } from '../table/martian.ts';
import type { BackendUrl } from './backend-url.ts';
import { conditionOf } from './conditions.ts';
import type { Condition } from './run.ts';
import { URL_FILTERS, urlAnswer } from './url-conditions.ts';

type Direction = 'request' | 'response';

/** One modifier that changes something, and when. */
export interface Step {
  readonly kind: string;
  readonly values: ModifierValues;
  readonly notes: Notes;
  readonly directions: readonly Direction[];
  /** Undefined: always. */
  readonly condition: Condition | undefined;
  /** Whether a filter on the URL of the backend never lets it run. */
  readonly isDead: boolean;
}

type Outer = Pick<Step, 'directions' | 'condition' | 'isDead'>;

/** What conditions ask about. */
export interface Subject {
  readonly plan: HeaderPlan;
  readonly backend: BackendUrl;
}

const BOTH: readonly Direction[] = ['request', 'response'];
/** Modifiers that KrakenD has for requests only; for answers, it drops the whole tree. */
const REQUEST_ONLY: readonly string[] = [
  'header.Id',
  'port.Modifier',
  'querystring.Modifier',
  'url.Modifier',
];

/** The modifiers of a tree in the order in which they run. */
export function compileMartian(notes: Notes, tree: unknown, subject: Subject): Iterable<Step> {
  // One after another: a condition sees what the modifiers before it have done to plan and URL.
  const outer = { directions: BOTH, condition: undefined, isDead: false };
  return stepsOf(notes, tree, subject, outer);
}

function* stepsOf(notes: Notes, node: unknown, subject: Subject, outer: Outer): Generator<Step> {
  const modifier = readNode(notes, node);
  if (modifier === undefined) return;
  const { kind, values, place } = modifier;
  const directions = directionsOf(place, values.scope, outer.directions);
  const inner = { ...outer, directions };
  if (/Group$/.test(kind)) {
    if ((values.modifiers ?? []).length === 0)
      place.refuse('a group without modifiers does nothing');
    if (kind === 'priority.Group') yield* prioritised(place, values, subject, inner);
    else
      for (const [i, own] of (values.modifiers ?? []).entries()) {
        yield* stepsOf(place.at('modifiers').at(i), own, subject, inner);
      }
  } else if (/Filter$/.test(kind)) yield* filtered(place, kind, values, subject, inner);
  else {
    const isForRequests = REQUEST_ONLY.includes(kind);
    if (isForRequests && values.scope?.includes('response')) {
      place
        .at('scope')
        .refuse(`${kind} is for requests, and KrakenD drops all modifiers; write ["request"]`);
    }
    if (directions.length === 0) place.refuse('no scope is left for this modifier');
    const own = isForRequests ? directions.filter((each) => each === 'request') : directions;
    if (directions.length > 0 && own.length === 0) {
      place.refuse(`${kind} is for requests, and no request comes here; take it out of the scope`);
    }
    yield { ...inner, kind, values, notes: place, directions: own };
  }
}

/** The modifiers by their priority: the highest first, and of equal ones the last. */
function* prioritised(
  notes: Notes,
  { modifiers = [] }: ModifierValues,
  subject: Subject,
  inner: Outer,
): Generator<Step> {
  const items = modifiers.map((item, i) => ({ ...(item as Prioritised), i }));
  items.sort((one, other) => (other.priority ?? 0) - (one.priority ?? 0) || other.i - one.i);
  for (const { modifier, priority, i } of items) {
    const place = notes.at('modifiers').at(i);
    if (priority === undefined) place.at('priority').refuse('write a whole number');
    yield* stepsOf(place.at('modifier'), modifier, subject, inner);
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
  subject: Subject,
  inner: Outer,
): Generator<Step> {
  const branches = branchesOf(notes, kind, values, subject, inner);
  if (branches === undefined) return;
  yield* stepsOf(notes.at('modifier'), values.modifier, subject, branches.held);
  if (values.else !== undefined) {
    yield* stepsOf(notes.at('else'), values.else, subject, branches.not);
  }
}

/** When the modifier of a filter runs, and when its `else` does; undefined where the filter is wrong. */
function branchesOf(
  notes: Notes,
  kind: string,
  values: ModifierValues,
  { plan, backend }: Subject,
  inner: Outer,
): { readonly held: Outer; readonly not: Outer } | undefined {
  if (URL_FILTERS.includes(kind)) {
    const holds = urlAnswer(notes, kind, values, backend);
    if (holds === undefined) return undefined;
    if (!holds && values.else === undefined) {
      notes.warn('it never holds: the URL of the backend is the same for all requests');
    }
    return {
      held: { ...inner, isDead: inner.isDead || !holds },
      not: { ...inner, isDead: inner.isDead || holds },
    };
  }
  const { condition: outer, directions } = inner;
  const own = conditionOf({ notes, kind, values, plan, directions });
  if (own === undefined) return undefined;
  const both = (condition: Condition): Condition =>
    outer === undefined ? condition : (run) => outer(run) && condition(run);
  return {
    held: { ...inner, condition: both(own) },
    not: { ...inner, condition: both((run) => !own(run)) },
  };
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
