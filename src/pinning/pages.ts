import { BoundedMap } from '../lib/bounded-map.ts';

/** How many paginations may be under way at once. */
const MOST_OPEN = 1_000;

/** How many tools one of them may have in all; one with more is not followed. */
const MOST_NAMES = 20_000;

/** The hashes of the tools of a page, by name. */
export type Page = ReadonlyMap<string, string>;

/** A page, and the request that it answers. */
export interface PlacedPage {
  /** The caller that asked for it. */
  readonly caller: string;
  /** Undefined where it is not known which request the page answers. */
  readonly request: { readonly cursor: string | undefined } | undefined;
  readonly page: Page;
  readonly nextCursor: string | undefined;
}

/** The result of the pages of one pagination so far. */
export interface Pagination {
  /** All tools of the pages so far. */
  readonly tools: Page;
  /** Whether these are all pages, from the first to the last. */
  readonly isWhole: boolean;
  /** Tools that stand on this page and on one before it, with different definitions. */
  readonly unequal: readonly string[];
}

/** Puts the pages together that one caller asks for one after the other. */
export class Pages {
  readonly #open = new BoundedMap<string, Page>(MOST_OPEN);

  add({ caller, request, page, nextCursor }: PlacedPage): Pagination {
    if (request === undefined) return { tools: page, isWhole: false, unequal: [] };
    const { cursor } = request;
    const before = cursor === undefined ? new Map<string, string>() : this.#take(caller, cursor);
    if (before === undefined) return { tools: page, isWhole: false, unequal: [] };
    const unequal = [...page].filter(([name, hash]) => (before.get(name) ?? hash) !== hash);
    const tools = cursor === undefined ? page : new Map([...before, ...page]);
    if (nextCursor !== undefined && tools.size <= MOST_NAMES) {
      this.#open.set(keyOf(caller, nextCursor), tools);
    }
    return { tools, isWhole: nextCursor === undefined, unequal: unequal.map(([name]) => name) };
  }

  #take(caller: string, cursor: string): Page | undefined {
    const key = keyOf(caller, cursor);
    const before = this.#open.get(key);
    this.#open.delete(key);
    return before;
  }
}

function keyOf(caller: string, cursor: string): string {
  return JSON.stringify([caller, cursor]);
}
