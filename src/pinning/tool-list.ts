import type { ToolState } from '../slots/policies/tool-pin.ts';
import type { LockFile } from './lock-file.ts';
import { Pages, type PlacedPage } from './pages.ts';
import { type Pin, pinOf } from './pin.ts';
import { SeenTools } from './seen-tools.ts';
import { StrangeTools } from './strange-tools.ts';
import type { ToolDefinition } from './tool-definition.ts';

/** How long the first list may take to come as a whole. Tools that are new later were not approved. */
const LONGEST_FIRST_MS = 10 * 60_000;

/** A tool in a list that has come. */
export interface DefinedTool {
  readonly name: string;
  readonly definition: ToolDefinition;
  /** The length of its source text. */
  readonly length: number;
}

/** One list of tools of one server: what was approved of it, and what was seen last. */
export class ToolList {
  /** What `by` gave for it. */
  readonly label: string | undefined;
  readonly lockFile: LockFile | undefined;
  readonly seen: SeenTools = new SeenTools((name) => this.pins.has(name));
  /** The tools that were approved and are not in the list any more. */
  readonly gone: Set<string> = new Set();
  /** The names of tools that have changed in this process since the set was last cleared. */
  readonly touched: Set<string> = new Set();
  /** The pins of this process, as long as there is no file. */
  readonly ownPins: Map<string, Pin> = new Map();
  /** Whether a list has gone to a client unread, and none has come as a whole since. */
  isUnread = false;
  /** Whether `isUnread` has changed in this process since `touched` was last cleared. */
  isUnreadTouched = false;
  #isSettled = false;
  /** When the first page of the first list came. */
  #firstAt: number | undefined;
  readonly #pages = new Pages();
  readonly #strange = new StrangeTools();

  constructor(label: string | undefined, lockFile: LockFile | undefined) {
    this.label = label;
    this.lockFile = lockFile;
  }

  get pins(): ReadonlyMap<string, Pin> {
    return this.lockFile?.pins ?? this.ownPins;
  }

  /** Whether the first list has come to its end: tools that are new from then on were not approved. */
  get isSettled(): boolean {
    return this.#isSettled || this.lockFile?.pins !== undefined;
  }

  settle(): void {
    this.#isSettled = true;
  }

  /**
   * The state of a tool for a caller, or for any caller where none is given; undefined where nothing is known
   * of the tool.
   */
  stateOf(name: string, caller?: string): ToolState | undefined {
    const strange = caller === undefined ? undefined : this.#strange.get(caller, name);
    const seen = strange ?? this.seen.get(name);
    if (seen === undefined && this.isUnread) return 'changed';
    const pin = this.pins.get(name);
    if (pin === undefined) {
      if (seen !== undefined) return seen.isUnclear ? 'changed' : 'new';
      const knowsAll = this.lockFile !== undefined && this.isSettled;
      return knowsAll || this.seen.isFull ? 'new' : undefined;
    }
    if (this.gone.has(name)) return 'gone';
    return seen === undefined || seen.hash === pin.hash ? 'pinned' : 'changed';
  }

  /**
   * Takes note of a page. The tools in the first list are approved, if `mayPin` allows it. A page that
   * answers no request turns no tool back into an approved one: clients may ignore such a page, and go by
   * what they were shown before.
   *
   * @returns The names of tools of which there may be something to tell.
   */
  add(
    tools: readonly DefinedTool[],
    place: Omit<PlacedPage, 'page'>,
    mayPin: boolean,
  ): readonly string[] {
    const page = new Map(tools.map(({ name, definition }) => [name, definition.hash]));
    const pagination = this.#pages.add({ ...place, page });
    const unequal = new Set(pagination.unequal);
    if (mayPin) this.#settleInTime();
    const { caller, request } = place;
    if (request !== undefined && request.cursor === undefined) this.#strange.begin(caller);
    for (const tool of tools) {
      if (request === undefined && this.#isKnownWell(tool)) continue;
      this.#see(unequal.has(tool.name) ? unequalTool(tool) : tool, caller, mayPin);
    }
    const { isWhole } = pagination;
    const gone = isWhole ? this.#lose(pagination.tools) : [];
    if (isWhole && this.isUnread) this.#setUnread(false);
    if (mayPin && place.nextCursor === undefined) this.settle();
    return [...page.keys(), ...gone];
  }

  /** Forgets what was seen: a list has gone to a client that the gateway could not read. */
  forgetSeen(): void {
    for (const name of this.seen.names) this.touched.add(name);
    this.seen.clear();
    this.#setUnread(true);
  }

  /** Forgets a tool that is gone, so that it is not missed any more. */
  forget(name: string): void {
    this.gone.delete(name);
    this.seen.delete(name);
  }

  /** Ends the first list after a time: a server whose list never ends could have any tool approved. */
  #settleInTime(): void {
    this.#firstAt ??= Date.now();
    if (Date.now() - this.#firstAt > LONGEST_FIRST_MS) this.settle();
  }

  /** Whether a tool is as approved, or was known before and is clear. */
  #isKnownWell({ name, definition: { hash, isUnclear } }: DefinedTool): boolean {
    const pin = this.pins.get(name);
    if (pin === undefined) return !isUnclear && this.seen.get(name) !== undefined;
    return hash === pin.hash;
  }

  #setUnread(isUnread: boolean): void {
    this.isUnread = isUnread;
    this.isUnreadTouched = true;
  }

  #see({ name, definition, length }: DefinedTool, caller: string, mayPin: boolean): void {
    const before = this.seen.get(name);
    this.seen.set(name, definition, length);
    if (before?.hash !== definition.hash) this.touched.add(name);
    if (this.gone.delete(name)) this.touched.add(name);
    const kept = this.seen.get(name);
    const isFirst = mayPin && !this.isSettled && !this.pins.has(name);
    if (isFirst && kept !== undefined && !kept.isUnclear) {
      this.ownPins.set(name, pinOf(kept));
      this.touched.add(name);
    }
    const { hash, isUnclear } = definition;
    const isStrange = isUnclear || hash !== (this.pins.get(name)?.hash ?? hash);
    if (isStrange) this.#strange.set(caller, name, { hash, isUnclear });
    else this.#strange.delete(caller, name);
  }

  /** Notes the approved tools that are not in a whole list as gone, and gives their names. */
  #lose(tools: ReadonlyMap<string, unknown>): string[] {
    const lost = [...this.pins.keys()].filter((name) => !tools.has(name));
    for (const name of lost) {
      if (!this.gone.has(name)) this.touched.add(name);
      this.gone.add(name);
    }
    return lost;
  }
}

/** A tool that stands twice in a list, with different definitions: no hash is right for it. */
export function unequalTool(tool: DefinedTool): DefinedTool {
  const { source, fields } = tool.definition;
  return { ...tool, definition: { hash: '', fields, source, isUnclear: true } };
}
