import { type CelList, type CelValue, celList } from '@bufbuild/cel';
import { budget } from '../budget.ts';

/** What lists that were joined here are made of. */
const JOINED = new WeakMap<CelList, { readonly items: CelValue[]; readonly length: number }>();

/**
 * Joins two lists. Those that `map` and `filter` join one by one share an array. The library's own joined
 * lists are nested as deep as they are long, and to go over one takes a time that is quadratic.
 */
export function joinLists(left: CelList, right: CelList): CelList {
  const known = JOINED.get(left);
  const isAtEnd = known !== undefined && known.items.length === known.length;
  budget.spend(right.size + (isAtEnd ? 0 : left.size));
  const items = isAtEnd ? known.items : [...left];
  items.push(...right);
  const { length } = items;
  const list = celList(new Proxy(items, new FirstItems(length)));
  JOINED.set(list, { items, length });
  return list;
}

/** Shows as many items as there were. The library reads no more of an array than this. */
class FirstItems implements ProxyHandler<CelValue[]> {
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  get(items: CelValue[], key: string | symbol): unknown {
    if (key === 'length') return this.#length;
    if (key === 'values') return () => this.#values(items);
    if (typeof key === 'symbol') return undefined;
    budget.spend(1);
    return items[key as unknown as number];
  }

  *#values(items: CelValue[]): Generator<CelValue> {
    for (let i = 0; i < this.#length; i++) {
      budget.spend(1);
      yield items[i] as CelValue;
    }
  }
}
