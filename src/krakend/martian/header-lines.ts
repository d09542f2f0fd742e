/** The lines of one header: those of the peer, and those that modifiers have made. */
export interface Lines {
  readonly theirs: readonly string[];
  readonly own: readonly string[];
  /** Whether what the peer sent does not go on: it may be asked about, and not be copied. */
  readonly isHidden?: boolean;
}

const NONE: readonly string[] = [];

/** The headers of one message while modifiers change them, one after another. */
export class HeaderLines {
  readonly #read: (lower: string) => Lines;
  readonly #changed = new Map<string, Lines & { readonly name: string }>();

  /** @param read - What a header is before the first modifier; asked with its name in lower case. */
  constructor(read: (lower: string) => Lines) {
    this.#read = read;
  }

  /** Both kinds of lines, as they are now. */
  of(name: string): Lines {
    const lower = name.toLowerCase();
    return this.#changed.get(lower) ?? this.#read(lower);
  }

  /** What a condition asks about. */
  all(name: string): readonly string[] {
    const { theirs, own } = this.of(name);
    return [...theirs, ...own];
  }

  /** What may stand in another header as well. */
  shown(name: string): readonly string[] {
    const { theirs, own, isHidden = false } = this.of(name);
    return isHidden ? own : [...theirs, ...own];
  }

  /** In place of all that there is. */
  set(name: string, own: readonly string[]): void {
    this.#changed.set(name.toLowerCase(), { name, theirs: NONE, own });
  }

  append(name: string, value: string): void {
    const lines = this.of(name);
    this.#changed.set(name.toLowerCase(), { ...lines, name, own: [...lines.own, value] });
  }

  /** What is not as it was, by name in lower case, and whether lines of the peer were taken out. */
  *changes(): Generator<[lower: string, change: Change]> {
    for (const [lower, { name, theirs, own }] of this.#changed) {
      yield [lower, { name, own, isReplaced: theirs === NONE }];
    }
  }
}

/** What became of one header. */
export interface Change {
  /** As it is written in the document. */
  readonly name: string;
  readonly own: readonly string[];
  /** Whether nothing of the peer's is left. */
  readonly isReplaced: boolean;
}
