import { Inexpressible } from './inexpressible.ts';

/** Something that is to be an argument: a parameter, or a property of the body. */
export interface Wanted {
  readonly name: string;
  /** `path`, `query`, `header`, or `body`. */
  readonly place: string;
}

/**
 * A name for each argument: its own, where no other argument has it. Where several have it, the argument of
 * the body keeps it, and parameters say where they stand: `id__path`.
 */
export function argumentNames(wanted: readonly Wanted[]): ReadonlyMap<Wanted, string> {
  const counts = new Map<string, number>();
  for (const one of wanted) counts.set(plainName(one), (counts.get(plainName(one)) ?? 0) + 1);
  const names = new Map<Wanted, string>();
  const taken = new Set<string>();
  for (const one of wanted) {
    const plain = plainName(one);
    const isClear = counts.get(plain) === 1 || one.place === 'body';
    const name = isClear ? plain : `${plain}__${one.place}`;
    if (taken.has(name))
      throw new Inexpressible(`has two arguments that would be called ${JSON.stringify(name)}`);
    taken.add(name);
    names.set(one, name);
  }
  return names;
}

/**
 * Providers of models refuse a whole list of tools for one name such as `$filter` or `filter[from]`, so that
 * such an argument gets a name of the characters that all of them take.
 */
function plainName({ name, place }: Wanted): string {
  const plain = name.replaceAll(/[^A-Za-z\d_.-]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return /^[A-Za-z\d_.-]+$/.test(name) ? name : plain || place;
}
