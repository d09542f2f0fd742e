import { closest, distance } from 'fastest-levenshtein';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { ListedOperation, RestOperation } from './list-operations.ts';

/** Selects operations that become tools: an id, `'METHOD /path'`, `'tag:NAME'`, or a function. */
export type OperationSelector = string | ((operation: RestOperation) => boolean);

/** An operation that is to be a tool. */
export interface PickedOperation {
  readonly operation: ListedOperation;
  /** Whether it was named, by id or path, so that it is a mistake if it cannot be a tool. */
  readonly isNamed: boolean;
  /** The place of the option that picked it, for its problems. */
  readonly problems: ConfigProblems;
}

/** An operation that was picked along with others, and is no tool. */
export interface SkippedOperation {
  /** Its id, or method and path where it has none. */
  readonly operation: string;
  /** Why. */
  readonly reason: string;
}

/** The operations that are picked from a document, and those that are skipped. */
export interface Selection {
  readonly picked: readonly PickedOperation[];
  readonly skipped: readonly SkippedOperation[];
}

/** Picks operations, in the order of the selectors and of the document; each of them once. */
export function selectOperations(
  problems: ConfigProblems,
  operations: readonly ListedOperation[],
  selectors: readonly OperationSelector[],
): Selection {
  const picked = new Map<ListedOperation, PickedOperation>();
  for (const [i, selector] of selectors.entries()) {
    const place = problems.at(i);
    const { found, isNamed } = find(place, operations, selector);
    for (const operation of found) {
      if (isNamed || !picked.has(operation)) {
        // An operation that stands there already keeps its place.
        picked.set(operation, { operation, isNamed, problems: place });
      }
    }
  }
  const all = [...picked.values()];
  const isLeftOut = ({ operation, isNamed }: PickedOperation) =>
    operation.shown.deprecated && !isNamed;
  return {
    picked: all.filter((one) => !isLeftOut(one)),
    skipped: all.filter(isLeftOut).map(({ operation }) => ({
      operation: nameOf(operation),
      reason: 'it is deprecated: name it by its id, or by method and path',
    })),
  };
}

/** The id of an operation, or method and path where it has none. */
export function nameOf({ shown, key }: ListedOperation): string {
  return shown.id ?? key;
}

interface Found {
  readonly found: readonly ListedOperation[];
  readonly isNamed: boolean;
}

const NOTHING: Found = { found: [], isNamed: true };

function find(
  problems: ConfigProblems,
  operations: readonly ListedOperation[],
  selector: OperationSelector,
): Found {
  if (typeof selector === 'function') {
    const found = operations.filter(({ shown }) => isPicked(selector, shown, problems));
    return expectSome(problems, selector, found, 'a function that picks an operation');
  }
  if (selector.startsWith('tag:')) {
    const tag = selector.slice('tag:'.length);
    const found = operations.filter(({ shown }) => shown.tags.includes(tag));
    const tags = operations.flatMap(({ shown }) => shown.tags);
    return expectSome(problems, selector, found, `a tag of the document${meant(tag, tags)}`);
  }
  return /^\S+ \//.test(selector)
    ? findByPath(problems, operations, selector)
    : findById(problems, operations, selector);
}

function isPicked(
  select: (operation: RestOperation) => boolean,
  operation: RestOperation,
  problems: ConfigProblems,
): boolean {
  try {
    return select(operation) === true;
  } catch (error) {
    problems.add(select, `a function that does not throw: ${(error as Error)?.message}`);
    return false;
  }
}

function expectSome(
  problems: ConfigProblems,
  given: unknown,
  found: readonly ListedOperation[],
  expected: string,
): Found {
  if (found.length === 0) problems.add(given, expected);
  return { found, isNamed: false };
}

function findByPath(
  problems: ConfigProblems,
  operations: readonly ListedOperation[],
  selector: string,
): Found {
  const [method = '', ...rest] = selector.split(' ');
  const wanted = `${method.toUpperCase()} ${rest.join(' ')}`;
  if (!wanted.includes('*')) {
    const found = operations.filter(({ key }) => key === wanted);
    if (found.length > 0) return { found, isNamed: true };
    const keys = operations.map(({ key }) => key);
    problems.add(selector, `an operation of the document${meant(wanted, keys)}`);
    return NOTHING;
  }
  const pattern = new RegExp(
    `^${wanted
      .split('*')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('[^/]*')}$`,
  );
  const found = operations.filter(({ key }) => pattern.test(key));
  return expectSome(
    problems,
    selector,
    found,
    "a pattern that an operation matches ('*' stands for any characters but '/')",
  );
}

function findById(
  problems: ConfigProblems,
  operations: readonly ListedOperation[],
  id: string,
): Found {
  const found = operations.filter(({ shown }) => shown.id === id);
  if (found.length === 1) return { found, isNamed: true };
  if (found.length > 1) {
    const keys = found.map(({ key }) => `'${key}'`).join(' or ');
    problems.add(id, `an id that one operation has: use ${keys}`);
    return NOTHING;
  }
  const ids = operations.flatMap(({ shown }) => shown.id ?? []);
  problems.add(
    id,
    `the id of an operation${meant(id, ids)}, 'METHOD /path', 'tag:NAME' or a function`,
  );
  return NOTHING;
}

function meant(given: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const near = closest(given, known);
  return distance(given, near) <= Math.max(2, given.length / 3)
    ? `, like ${JSON.stringify(near)}`
    : '';
}
