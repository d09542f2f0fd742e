import { type CelList, type CelValue, celList } from '@bufbuild/cel';
import { budget } from '../budget.ts';

/** The parts of the lists that were joined here. */
const JOINED = new WeakMap<CelList, { readonly items: CelValue[]; readonly length: number }>();

/**
 * Joins two lists. `map` and `filter` append one item at a time, and these lists share an array. Lists that
 * the library joins are nested as deep as they are long, and reading one takes quadratic time.
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

/**
 * Shows the items that the list had when it was made. The library reads no other members of an array than
 * these.
 */
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
