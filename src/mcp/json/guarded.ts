import { foldMemberName, isFolded, isTooLong, SHORTEST_OF_LONG } from './folding.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { OBSCURE, refuseUnclear, UnclearValueError } from './unclear.ts';

/**
 * Makes a list of a message safe to show to a policy or the like, which decides by it: the policy cannot
 * change it, and reading an unclear value throws.
 *
 * A list is a plain frozen array, unless an item of it is unclear. An object is a proxy: it also throws when
 * a policy asks for a member that is there only in another spelling. A server that ignores case or invisible
 * characters would find that member, although the policy was told that it is absent. Only a proxy notices
 * `Object.hasOwn`.
 */
export function guardedList(list: unknown[], isClear: boolean): readonly unknown[] {
  return isClear ? Object.freeze(list) : new Proxy(list, LIST);
}

/**
 * The same for an object. `folds` maps folded forms to names, for the names that are neither known nor plain
 * lower-case ASCII.
 */
export function guardedObject(object: JsonObject, clarity: ObjectClarity): JsonObject {
  const guarded = new Proxy(object, guardFor(clarity));
  if (clarity.members > LARGE_MEMBERS) LARGE.add(guarded);
  return guarded;
}

function guardFor({ isClear, folds, isObscure }: ObjectClarity): ObjectGuard {
  if (isObscure) return new ObscureGuard(false, folds);
  return isClear && folds === undefined ? PLAIN : new ObjectGuard(isClear, folds);
}

/** How many members an object may have to be listed in one go. */
const LARGE_MEMBERS = 20_000;

const LARGE = new WeakSet<object>();

/** Whether the object has so many members that listing them would block the event loop for long. */
export function isLargeObject(guarded: object): boolean {
  return LARGE.has(guarded);
}

/** What is known of an object. */
export interface ObjectClarity {
  /** Whether none of its values is unclear. */
  readonly isClear: boolean;
  readonly folds: ReadonlyMap<string, string> | undefined;
  /** Whether one of its names is too long to be folded. */
  readonly isObscure: boolean;
  /** How many members it has. */
  readonly members: number;
}

const TARGET: unique symbol = Symbol('target');

/**
 * The value without its guard, for the gate, which knows the names that it asks for. An unclear value in it
 * reads as a symbol.
 */
export function unguarded(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return (value as { readonly [TARGET]?: JsonObject })[TARGET] ?? value;
}

function refuseChange(): never {
  throw new TypeError('A message cannot be changed');
}

function shown<T>(value: T): T {
  return typeof value === 'symbol' ? refuseUnclear(value) : value;
}

/** Code that only asks whether the member is there is told so. Reading its value throws. */
function shownDescriptor(found: PropertyDescriptor | undefined): PropertyDescriptor | undefined {
  const value: unknown = found?.value;
  if (typeof value !== 'symbol') return found;
  return { get: () => refuseUnclear(value), enumerable: true, configurable: true };
}

const UNCHANGING: ProxyHandler<object> = {
  set: refuseChange,
  defineProperty: refuseChange,
  deleteProperty: refuseChange,
  setPrototypeOf: refuseChange,
  preventExtensions: refuseChange,
};

const LIST: ProxyHandler<unknown[]> = {
  ...UNCHANGING,
  get: (target, name) => shown(Reflect.get(target, name)),
  getOwnPropertyDescriptor: (target, name) =>
    shownDescriptor(Reflect.getOwnPropertyDescriptor(target, name)),
};

class ObjectGuard implements ProxyHandler<JsonObject> {
  readonly #isClear: boolean;
  readonly #folds: ReadonlyMap<string, string> | undefined;

  constructor(isClear: boolean, folds: ReadonlyMap<string, string> | undefined) {
    this.#isClear = isClear;
    this.#folds = folds;
  }

  get(target: JsonObject, name: string | symbol): unknown {
    const value = target[name as string];
    if (value !== undefined) return shown(value);
    if (name === TARGET) return target;
    // JavaScript itself asks for these two: JSON.stringify for `toJSON`, and `await` for `then`.
    if (name === 'toJSON') return this.#isClear && !(name in target) ? toJson : undefined;
    if (name !== 'then') this.#mustBeSpelledSo(target, name);
    return undefined;
  }

  has(target: JsonObject, name: string | symbol): boolean {
    this.#mustBeSpelledSo(target, name);
    return name in target;
  }

  getOwnPropertyDescriptor(
    target: JsonObject,
    name: string | symbol,
  ): PropertyDescriptor | undefined {
    // Reads a late text, so that its descriptor shows the value and not a getter.
    void target[name as string];
    const found = Reflect.getOwnPropertyDescriptor(target, name);
    if (found === undefined) this.#mustBeSpelledSo(target, name);
    return shownDescriptor(found);
  }

  #mustBeSpelledSo(target: JsonObject, name: string | symbol): void {
    if (typeof name === 'symbol' || name in target) return;
    const folded = isFolded(name) ? name : foldMemberName(name);
    if (folded in target || this.#folds?.has(folded) === true) {
      throw new UnclearValueError('A member is there in another spelling than the one asked for');
    }
  }
}

Object.assign(ObjectGuard.prototype, UNCHANGING);

/** The guard of most objects: their names are their own folded forms, and all in them is clear. */
const PLAIN = new ObjectGuard(true, undefined);

/**
 * The guard of an object with a name that is too long to be folded. That name may be another spelling of any
 * name that is not short.
 */
class ObscureGuard extends ObjectGuard {
  override get(target: JsonObject, name: string | symbol): unknown {
    mustBeShort(name);
    return super.get(target, name);
  }

  override has(target: JsonObject, name: string | symbol): boolean {
    if (!(name in target)) mustBeShort(name);
    return super.has(target, name);
  }

  override getOwnPropertyDescriptor(
    target: JsonObject,
    name: string | symbol,
  ): PropertyDescriptor | undefined {
    if (!(name in target)) mustBeShort(name);
    else if (!isShort(name)) return shownDescriptor({ value: OBSCURE });
    return super.getOwnPropertyDescriptor(target, name);
  }
}

function mustBeShort(name: string | symbol): void {
  if (!isShort(name)) refuseUnclear(OBSCURE);
}

function isShort(name: string | symbol): boolean {
  if (typeof name === 'symbol') return true;
  if (isFolded(name)) return name.length < SHORTEST_OF_LONG;
  return !isTooLong(name) && foldMemberName(name).length < SHORTEST_OF_LONG;
}

/**
 * JSON.stringify reads only names that are there, so it needs no guard. A guard would be asked about every
 * member.
 */
function toJson(this: unknown): unknown {
  const object = unguarded(this) as JsonObject;
  // This reads the late texts. In an object that was frozen before, a late text would be made again at each
  // read.
  Object.values(object);
  return Object.freeze(object);
}
