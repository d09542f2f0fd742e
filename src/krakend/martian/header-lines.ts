/** The lines of one header: those of the peer, and those that modifiers have made. */
export interface Lines {
  readonly theirs: readonly string[];
  readonly own: readonly string[];
  /**
   * Whether the lines of the peer are not forwarded: a condition may read them, but no modifier may copy
   * them.
   */
  readonly isHidden?: boolean;
}

const NONE: readonly string[] = [];

/** The headers of one message while modifiers change them, one after another. */
export class HeaderLines {
  readonly #read: (lower: string) => Lines;
  readonly #changed = new Map<string, Lines & { readonly name: string }>();

  /** @param read - Gives the lines of a header before the first modifier, by its name in lower case. */
  constructor(read: (lower: string) => Lines) {
    this.#read = read;
  }

  /** The lines of a header as they are now, of both kinds. */
  of(name: string): Lines {
    const lower = name.toLowerCase();
    return this.#changed.get(lower) ?? this.#read(lower);
  }

  /** All lines of a header, for conditions. */
  all(name: string): readonly string[] {
    const { theirs, own } = this.of(name);
    return [...theirs, ...own];
  }

  /** The lines that may be copied into another header. */
  shown(name: string): readonly string[] {
    const { theirs, own, isHidden = false } = this.of(name);
    return isHidden ? own : [...theirs, ...own];
  }

  /** Replaces all lines of a header. */
  set(name: string, own: readonly string[]): void {
    this.#changed.set(name.toLowerCase(), { name, theirs: NONE, own });
  }

  append(name: string, value: string): void {
    const lines = this.of(name);
    this.#changed.set(name.toLowerCase(), { ...lines, name, own: [...lines.own, value] });
  }

  /** The headers that have changed, by name in lower case. */
  *changes(): Generator<[lower: string, change: Change]> {
    for (const [lower, { name, theirs, own }] of this.#changed) {
      yield [lower, { name, own, isReplaced: theirs === NONE }];
    }
  }
}

/** The change of one header. */
export interface Change {
  /** The name as the document writes it. */
  readonly name: string;
  readonly own: readonly string[];
  /** Whether no line of the peer is left. */
  readonly isReplaced: boolean;
}
