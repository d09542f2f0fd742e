import { hash } from 'node:crypto';
import { notAwaited } from '../lib/not-awaited.ts';
import { plain } from '../lib/plain-error.ts';
import { isText } from '../lib/text.ts';
import { within } from '../lib/within.ts';
import { isJsonObject } from '../mcp/json/json-object.ts';
import { STORE_TIMEOUT_MS } from '../slots/store-timeout.ts';
import { inOrder } from './in-order.ts';
import type { Pin } from './pin.ts';
import { readPins, writePins } from './pin-document.ts';
import type { PinStore } from './pin-store.ts';
import { isToolHash } from './tool-definition.ts';
import type { ToolList } from './tool-list.ts';

/** How often a value is written again that another process has overwritten meanwhile. */
const MOST_WRITES = 3;

/**
 * A list of tools that several processes share: what was approved, and what was seen last. What this process
 * has seen and could not write yet counts more than what is in the store.
 */
export class SharedList {
  readonly #list: ToolList;
  readonly #store: PinStore;
  readonly #key: string;
  /** The text that was read or written last. */
  #text: string | undefined;
  /** The hashes of the pins that were written last. */
  #pinned: string | undefined;
  /** Grows with each write: a read that began before a write is older than what this process knows. */
  #writes = 0;

  constructor(list: ToolList, store: PinStore, key: string) {
    this.#list = list;
    this.#store = store;
    this.#key = hash('sha256', key, 'base64url');
  }

  /**
   * Takes over what other processes have written.
   *
   * @throws {Error} where the store fails.
   */
  async read(): Promise<void> {
    const before = this.#writes;
    const text = await this.#get(`mcp-tools:${this.#key}`);
    if (before !== this.#writes) return;
    if (text === undefined) {
      // The state was lost, or was never there: what this process knows is written next.
      this.#pinned = undefined;
      for (const name of this.#names) this.#list.touched.add(name);
    } else if (text !== this.#text) await this.#adopt(text);
    this.#text = text;
  }

  /**
   * Writes what this process knows, if the store does not have it.
   *
   * @throws {Error} where the store fails.
   */
  async write(): Promise<void> {
    for (let i = 0; i < MOST_WRITES; i += 1) {
      const text = this.#state;
      if (text === this.#text) break;
      await this.#writePins();
      await this.#set(`mcp-tools:${this.#key}`, text);
      this.#writes += 1;
      this.#text = text;
      // The store has no way to compare and set, so another process may have written in between.
      const now = await this.#get(`mcp-tools:${this.#key}`);
      if (now === text) break;
      if (now !== undefined) await this.#adopt(now);
      this.#text = now;
    }
    this.#list.touched.clear();
    this.#list.isUnreadTouched = false;
  }

  get #names(): Set<string> {
    return new Set([...this.#list.pins.keys(), ...this.#list.seen.names, ...this.#list.gone]);
  }

  get #state(): string {
    const { pins, seen, gone, isSettled, isUnread } = this.#list;
    const tools = inOrder(this.#names).map((name) => {
      const pin = pins.get(name);
      const { hash, isUnclear = false } = seen.get(name) ?? {};
      return [name, pin?.hash, pin?.approvedAt, hash, isUnclear, gone.has(name)];
    });
    return JSON.stringify({ version: 1, isSettled, isUnread, tools });
  }

  async #adopt(text: string): Promise<void> {
    const list = this.#list;
    const { isSettled, isUnread, tools } = readState(text);
    const isOwn = (name: string) => list.touched.has(name);
    const isForeign = list.lockFile === undefined;
    const hashes = new Map(tools.map(([name, pinned]) => [name, pinned]));
    const isKnown = [...hashes].every(([name, pinned]) => {
      return pinned === null || isOwn(name) || list.ownPins.get(name)?.hash === pinned;
    });
    const pins = isForeign && !isKnown ? await this.#readPins() : list.ownPins;
    for (const name of this.#names) {
      if (isOwn(name) || hashes.has(name)) continue;
      list.seen.delete(name);
      list.gone.delete(name);
      if (isForeign) list.ownPins.delete(name);
    }
    for (const [name, pinned, approvedAt, seen, isUnclear, isGone] of tools) {
      if (isOwn(name)) continue;
      if (isForeign && pinned === null) list.ownPins.delete(name);
      else if (isForeign && pinned !== null) {
        const known = pins.get(name);
        const definition = known?.hash === pinned ? known.definition : undefined;
        const time = new Date(approvedAt ?? 0);
        list.ownPins.set(name, { hash: pinned, approvedAt: time, definition });
      }
      if (seen === null) list.seen.delete(name);
      else if (list.seen.get(name)?.hash !== seen) {
        list.seen.set(name, { hash: seen, fields: undefined, source: undefined, isUnclear });
      }
      if (isGone) list.gone.add(name);
      else list.gone.delete(name);
    }
    if (isSettled) list.settle();
    if (!list.isUnreadTouched) list.isUnread = isUnread;
  }

  /**
   * Writes the pins under a key of their own: definitions are long, and change less often than what is seen.
   */
  async #writePins(): Promise<void> {
    const { lockFile, ownPins } = this.#list;
    if (lockFile !== undefined) return;
    const pinned = JSON.stringify([...ownPins].map(([name, { hash }]) => [name, hash]));
    if (pinned === this.#pinned) return;
    await this.#set(`mcp-pins:${this.#key}`, writePins(ownPins));
    this.#pinned = pinned;
  }

  /** Reads the pins in the store. Only differences need them; without them hashes decide as well. */
  async #readPins(): Promise<ReadonlyMap<string, Pin>> {
    const text = await this.#get(`mcp-pins:${this.#key}`);
    return text === undefined ? new Map() : readPins(text);
  }

  async #get(key: string): Promise<string | undefined> {
    const value: unknown = await inTime(async () => this.#store.get(key));
    if (isText(value)) return value;
    if (value === undefined || value === null) return undefined;
    notAwaited(value);
    throw plain(new TypeError('The store of toolPinning gave a value that is no text'));
  }

  async #set(key: string, value: string): Promise<void> {
    notAwaited(await inTime(async () => this.#store.set(key, value)));
  }
}

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await within(
      STORE_TIMEOUT_MS,
      work(),
      'The store of toolPinning did not answer in time',
    );
  } catch (error) {
    notAwaited(error, 0);
    if (error instanceof Error) throw error;
    throw plain(new Error('The store of toolPinning failed', { cause: error }));
  }
}

type SharedTool = readonly [
  name: string,
  pinned: string | null,
  approvedAt: string | null,
  seen: string | null,
  isUnclear: boolean,
  isGone: boolean,
];

interface SharedState {
  readonly isSettled: boolean;
  readonly isUnread: boolean;
  readonly tools: readonly SharedTool[];
}

/**
 * Reads a state. A text that is none counts as a failure of the store: taken for an empty state, it would
 * have any tool approved.
 */
function readState(text: string): SharedState {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    state = undefined;
  }
  if (!isState(state)) {
    throw plain(new TypeError('The store of toolPinning gave a text that was not kept here'));
  }
  return state;
}

function isState(state: unknown): state is SharedState {
  if (!isJsonObject(state) || state.version !== 1) return false;
  const { isSettled, isUnread, tools } = state;
  const areFlags = typeof isSettled === 'boolean' && typeof isUnread === 'boolean';
  return areFlags && Array.isArray(tools) && tools.every(isSharedTool);
}

function isSharedTool(tool: unknown): tool is SharedTool {
  if (!Array.isArray(tool)) return false;
  const [name, pinned, approvedAt, seen, isUnclear, isGone] = tool;
  const isHash = (value: unknown) => value === null || isToolHash(value);
  return (
    typeof name === 'string' &&
    isHash(pinned) &&
    (approvedAt === null || !Number.isNaN(Date.parse(approvedAt))) &&
    (isHash(seen) || seen === '') &&
    typeof isUnclear === 'boolean' &&
    typeof isGone === 'boolean'
  );
}
