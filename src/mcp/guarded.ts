import { foldMemberName, isFolded } from './folding.ts';
import { INEXACT } from './inexact.ts';

/** What there is depends on who reads the message. */
export class UnclearValueError extends TypeError {
  override readonly name = 'UnclearValueError';
}

/**
 * The same value for someone who decides by it: it cannot be changed, and to ask for a member that is
 * not there, but is there in another spelling, throws. A server that ignores case, or characters that
 * nobody sees, would find what the asker was told is absent. To read a number that is not what was
 * written throws too.
 */
export function guarded<T>(value: T): T {
  if (value === INEXACT) return refuseNumber();
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, Array.isArray(value) ? LIST : OBJECT) as T;
}

function refuse(): never {
  throw new TypeError('A message cannot be changed');
}

function refuseNumber(): never {
  throw new UnclearValueError('A number has more digits than all readers keep');
}

const LIST: ProxyHandler<object> = {
  get: (target, name) => guarded(Reflect.get(target, name)),
  getOwnPropertyDescriptor(target, name) {
    const found = Reflect.getOwnPropertyDescriptor(target, name);
    if (found === undefined) return undefined;
    // Whoever only asks whether it is there is told.
    if (found.value === INEXACT) return { get: refuseNumber, enumerable: true, configurable: true };
    return { ...found, value: guarded(found.value) };
  },
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};

const OBJECT: ProxyHandler<object> = {
  ...LIST,
  get(target, name) {
    // The language asks for these: JSON.stringify, and whoever awaits.
    if (name !== 'toJSON' && name !== 'then') mustBeSpelledSo(target, name);
    return guarded(Reflect.get(target, name));
  },
  has(target, name) {
    mustBeSpelledSo(target, name);
    return Reflect.has(target, name);
  },
  getOwnPropertyDescriptor(target, name) {
    mustBeSpelledSo(target, name);
    return LIST.getOwnPropertyDescriptor?.(target, name);
  },
};

function mustBeSpelledSo(target: object, name: string | symbol): void {
  if (typeof name === 'symbol' || name in target) return;
  const folded = isFolded(name) ? name : foldMemberName(name);
  if (folded in target || foldedNamesOf(target).has(folded)) {
    throw new UnclearValueError('A member is there in another spelling than the one asked for');
  }
}

const foldedNames = new WeakMap<object, ReadonlySet<string>>();

/** The folded forms of an object's names, without those that are their own. */
function foldedNamesOf(target: object): ReadonlySet<string> {
  let names = foldedNames.get(target);
  if (names === undefined) {
    const unusual = Object.keys(target).filter((name) => !isFolded(name));
    names = new Set(unusual.map(foldMemberName));
    foldedNames.set(target, names);
  }
  return names;
}
