type Constructor = new (...args: never[]) => object;

/**
 * A class like `parent` whose instances have `prototype` from the beginning, so that to give them this prototype
 * later changes nothing. It inherits the statics of `parent`: V8 looks there for how many fields an
 * instance will have.
 */
export function bornWith<T extends Constructor>(parent: T, prototype: object): T {
  function Born(...args: never[]): object {
    return Reflect.construct(parent, args, Born);
  }
  Born.prototype = prototype;
  return Object.setPrototypeOf(Born, parent);
}
