import type { RequestContext } from '../context.ts';
import { notAwaited } from '../lib/not-awaited.ts';
import { plain } from '../lib/plain-error.ts';
import { StoreFailure } from '../slots/policies/store-failure.ts';
import type { ToolPin, ToolState } from '../slots/policies/tool-pin.ts';
import { differences } from './difference.ts';
import type { PinningSettings } from './options.ts';
import { type Pin, pinOf } from './pin.ts';
import { SharedList } from './shared-list.ts';
import { ToolList } from './tool-list.ts';

/** How many lists of one server are told apart. */
const MOST_LISTS = 1_000;

/** Thrown where there would be more lists than are told apart. */
export class TooManyListsError extends RangeError {}

/** A list, and the form of it that is shared where there is a store. */
export interface PinnedList {
  readonly list: ToolList;
  readonly shared: SharedList | undefined;
}

/** The lists of tools of one upstream, and what was approved of them. */
export class PinnedLists {
  readonly #settings: PinningSettings;
  readonly #upstream: string;
  readonly #lists = new Map<string, PinnedList>();

  constructor(settings: PinningSettings, upstream: string) {
    this.#settings = settings;
    this.#upstream = upstream;
  }

  /**
   * The list that a request is about.
   *
   * @throws {Error} where `by` fails, or tells more lists apart than are kept.
   */
  of(context: RequestContext): PinnedList {
    const named = this.#nameFor(context);
    const found = this.#find(named);
    this.#lists.set(named.key, found);
    return found;
  }

  /** The same list, without a side effect: a list that is new is not kept. */
  peek(context: RequestContext): PinnedList {
    return this.#find(this.#nameFor(context));
  }

  #nameFor(context: RequestContext): { key: string; name: string | undefined } {
    const { by } = this.#settings;
    const label = by === undefined ? undefined : labelOf(by, context);
    const values = [...(context.params ?? [])].map((pair) => pair.join('=')).join('&');
    const key = JSON.stringify([this.#upstream, values, label]);
    return { key, name: label ?? (values === '' ? undefined : values) };
  }

  #find({ key, name }: { key: string; name: string | undefined }): PinnedList {
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    if (this.#lists.size === MOST_LISTS) {
      throw plain(
        new TooManyListsError(`"by" of toolPinning tells more than ${MOST_LISTS} lists apart`),
      );
    }
    const { lockFile, store } = this.#settings;
    const list = new ToolList(name, lockFile);
    return { list, shared: store && new SharedList(list, store, key) };
  }

  get all(): readonly PinnedList[] {
    return [...this.#lists.values()];
  }

  /** One row for each tool of each list, by name. */
  rows(): ToolPin[] {
    const rows = this.#known.flatMap((list) => rowsOf(list));
    return rows.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  /**
   * Approves a tool as it was seen last; gives whether there is one of this name and this hash.
   *
   * @throws {Error} where it cannot be approved, or the approval cannot be kept.
   */
  async approve(name: string, hash: string | undefined): Promise<boolean> {
    await this.#settings.lockFile?.refresh();
    for (const { shared } of this.all) await shared?.read();
    const isMeant = (list: ToolList) => {
      const known = (list.seen.get(name) ?? list.pins.get(name))?.hash;
      return known !== undefined && (hash === undefined || hash === known);
    };
    const lists = this.#known.filter(isMeant);
    const hashes = new Set(lists.map((list) => list.seen.get(name)?.hash));
    if (hashes.size > 1) throw plain(new RangeError(SEVERAL_HASHES));
    for (const pinned of this.all) {
      const { list } = pinned;
      if (isMeant(list) && list.stateOf(name) !== 'pinned') await this.#approve(pinned, name);
    }
    return lists.length > 0;
  }

  /** The lists that are known. Before the first one comes, it is that of the lock file. */
  get #known(): ToolList[] {
    const lists = this.all.map(({ list }) => list);
    return lists.length > 0 ? lists : [new ToolList(undefined, this.#settings.lockFile)];
  }

  async #approve({ list, shared }: PinnedList, name: string): Promise<void> {
    const seen = list.seen.get(name);
    const isGone = list.gone.has(name);
    if (!isGone && (seen === undefined || seen.hash === '')) throw plain(new RangeError(UNREAD));
    const pin = isGone || seen === undefined ? undefined : pinOf(seen);
    const { lockFile } = list;
    if (lockFile !== undefined) await lockFile.set(name, pin, list.pins);
    const before = list.ownPins.get(name);
    setPin(list, name, pin);
    if (isGone) list.forget(name);
    list.touched.add(name);
    try {
      await shared?.write();
    } catch (error) {
      setPin(list, name, before);
      if (isGone) list.gone.add(name);
      throw error;
    }
  }
}

function setPin({ ownPins }: ToolList, name: string, pin: Pin | undefined): void {
  if (pin === undefined) ownPins.delete(name);
  else ownPins.set(name, pin);
}

const SEVERAL_HASHES =
  'Several definitions of this tool were seen in different lists: approve one of them by its hash';
const UNREAD =
  'This tool was not seen, or stands twice in the list: there is no definition to approve';

/** Asks the store of a list what other processes know of it. */
export async function readShared({ shared, list }: PinnedList): Promise<void> {
  if (shared === undefined) return;
  try {
    await shared.read();
    if (list.touched.size > 0 || list.isUnreadTouched) await shared.write();
  } catch (error) {
    throw new StoreFailure(error);
  }
}

function labelOf(by: NonNullable<PinningSettings['by']>, { view }: RequestContext): string {
  const label: unknown = by(view);
  if (typeof label === 'string') return label;
  notAwaited(label);
  throw plain(new TypeError('"by" of toolPinning gave no text'));
}

function rowsOf(list: ToolList): ToolPin[] {
  const names = new Set([...list.pins.keys(), ...list.seen.names]);
  return [...names].map((name) => {
    const pin = list.pins.get(name);
    const seen = list.seen.get(name);
    const state = list.stateOf(name) as ToolState;
    const isPinned = state === 'pinned' || state === 'gone';
    return {
      name,
      state,
      pinned: pin?.hash,
      seen: seen?.hash === '' ? undefined : seen?.hash,
      approvedAt: pin?.approvedAt,
      diff: isPinned ? [] : differences(pin, seen),
      list: list.label,
    };
  });
}
