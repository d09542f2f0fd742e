import { guardedList } from '../json/guarded.ts';
import type { Frame } from './frame.ts';
import type { Level } from './level.ts';

/** An array that has an item or more. */
export class ListFrame implements Frame {
  readonly outer: Frame | undefined;
  readonly next: Level;
  #list: unknown[] | undefined;
  #isClear = true;

  constructor(outer: Frame | undefined, level: Level) {
    this.outer = outer;
    this.next = level;
  }

  put(value: unknown): void {
    if (typeof value === 'symbol') this.#isClear = false;
    if (this.#list === undefined) {
      // Not by `push`, which would reserve room for many items in a list of one, and such lists may be nested
      // to the limit. `undefined` comes first, so that V8 never sees a list of numbers alone: it copies all
      // of them when such a list is frozen.
      this.#list = [undefined];
      this.#list[0] = value;
    } else this.#list.push(value);
  }

  close(): unknown {
    return guardedList(this.#list ?? [], this.#isClear);
  }
}
