import { LinkedMap } from '../lib/linked-map.ts';
import type { ToolDefinition } from './tool-definition.ts';

/** How many tools are remembered that callers were shown with a definition that was not approved. */
const MOST_STRANGE = 20_000;

/** How many callers are remembered whose tools of that kind are forgotten. */
const MOST_FORGOTTEN = 20_000;

/** A definition, as far as a decision needs it. */
type Seen = Pick<ToolDefinition, 'hash' | 'isUnclear'>;

/** Stands for every tool of a caller whose tools are forgotten: none of them is as approved. */
const FORGOTTEN: Seen = { hash: '', isUnclear: true };

/**
 * Tools that callers were shown with a definition that was not approved. Forgetting them refuses calls, and
 * allows none.
 */
export class StrangeTools {
  readonly #callers = new LinkedMap<string, Map<string, Seen>>();
  readonly #forgotten = new LinkedMap<string, true>();
  #size = 0;

  get(caller: string, name: string): Seen | undefined {
    if (this.#forgotten.get(caller) !== undefined) return FORGOTTEN;
    return this.#callers.get(caller)?.get(name);
  }

  set(caller: string, name: string, seen: Seen): void {
    const tools = this.#callers.get(caller) ?? new Map<string, Seen>();
    if (!tools.has(name)) this.#size += 1;
    tools.set(name, seen);
    this.#callers.set(caller, tools);
    while (this.#size > MOST_STRANGE) this.#forgetFirst();
  }

  delete(caller: string, name: string): void {
    const tools = this.#callers.get(caller);
    if (!tools?.delete(name)) return;
    this.#size -= 1;
    if (tools.size === 0) this.#callers.delete(caller);
  }

  /** A caller is shown a list from its beginning: what was forgotten does not matter any more. */
  begin(caller: string): void {
    this.#forgotten.delete(caller);
  }

  #forgetFirst(): void {
    const { first } = this.#callers;
    if (first === undefined) return;
    this.#callers.delete(first.key);
    this.#size -= first.value.size;
    this.#forgotten.set(first.key, true);
    const { first: oldest, size } = this.#forgotten;
    if (size > MOST_FORGOTTEN && oldest !== undefined) this.#forgotten.delete(oldest.key);
  }
}
