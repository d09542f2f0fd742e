import { foldMemberName } from './folding.ts';

/**
 * The same value for someone who decides by it: it cannot be changed, and to ask for a member that is
 * not there, but is there in another spelling, throws. A server that ignores case, or characters that
 * nobody sees, would find what the asker was told is absent.
 */
export function guarded<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, Array.isArray(value) ? LIST : OBJECT) as T;
}

function refuse(): never {
  throw new TypeError('A message cannot be changed');
}

const READ_ONLY: ProxyHandler<object> = {
  get: (target, name) => guarded(Reflect.get(target, name)),
  set: refuse,
  defineProperty: refuse,
  deleteProperty: refuse,
  setPrototypeOf: refuse,
  preventExtensions: refuse,
};

const LIST: ProxyHandler<object> = READ_ONLY;

const OBJECT: ProxyHandler<object> = {
  ...READ_ONLY,
  get(target, name) {
    mustBeSpelledSo(target, name);
    return guarded(Reflect.get(target, name));
  },
  has(target, name) {
    mustBeSpelledSo(target, name);
    return Reflect.has(target, name);
  },
  getOwnPropertyDescriptor(target, name) {
    mustBeSpelledSo(target, name);
    const found = Reflect.getOwnPropertyDescriptor(target, name);
    return found && { ...found, value: guarded(found.value) };
  },
};

function mustBeSpelledSo(target: object, name: string | symbol): void {
  if (typeof name === 'symbol' || name in target) return;
  const folded = foldMemberName(name);
  if (Object.keys(target).some((own) => foldMemberName(own) === folded)) {
    throw new TypeError('A member is there in another spelling than the one asked for');
  }
}
