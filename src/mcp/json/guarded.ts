import { foldMemberName, isFolded, isTooLong, SHORTEST_OF_LONG } from './folding.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { OBSCURE, refuseUnclear, UnclearValueError } from './unclear.ts';

/**
 * What is shown to those who decide by a message. Nobody can change it, and to read what is unclear
 * throws.
 *
 * Lists are plain and frozen, unless an item of theirs is unclear. Objects are proxies: to ask for a
 * member that is not there, but is there in another spelling, throws as well, because a server that
 * ignores case, or characters that nobody sees, would find what the asker was told is absent; and
 * nothing but a proxy hears of `Object.hasOwn`.
 */
export function guardedList(list: unknown[], isClear: boolean): readonly unknown[] {
  return isClear ? Object.freeze(list) : new Proxy(list, LIST);
}

/** The same for an object; `folds` holds its names by their folded forms, where they are others. */
export function guardedObject(object: JsonObject, clarity: ObjectClarity): JsonObject {
  const guarded = new Proxy(object, guardFor(clarity));
  if (clarity.members > LARGE_MEMBERS) LARGE.add(guarded);
  return guarded;
}

function guardFor({ isClear, folds, isObscure }: ObjectClarity): ObjectGuard {
  if (isObscure) return new ObscureGuard(false, folds);
  return isClear && folds === undefined ? PLAIN : new ObjectGuard(isClear, folds);
}

/** How many members an object may have and be listed at once. */
const LARGE_MEMBERS = 20_000;

const LARGE = new WeakSet<object>();

/** Whether it has so many members that nothing else would be done for long while they are listed. */
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
  /** How many it has. */
  readonly members: number;
}

const TARGET: unique symbol = Symbol('target');

/**
 * The value itself, for the gate, which knows the names that it asks for. What is unclear in it reads
 * as a symbol.
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

/** Whoever only asks whether it is there is told. */
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
    // The language asks for these: JSON.stringify, and whoever awaits.
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
    // What is read late is a value to everybody, and not a way to get it.
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
 * The guard of an object with a name that is too long to be folded. It may be another spelling of any
 * that is not short.
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
 * Whoever writes all of an object reads no name that is not there: that needs no guard, which would
 * be asked about every member.
 */
function toJson(this: unknown): unknown {
  const object = unguarded(this) as JsonObject;
  // Frozen before it was read, a late text would be read each time.
  Object.values(object);
  return Object.freeze(object);
}
