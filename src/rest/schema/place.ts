/**
 * How a schema is reached from the one around it. `in place`: by a keyword with a schema for the same value.
 */
export type Way = 'ref' | 'allOf' | 'in place' | 'inside';

/** A schema that is being translated, and those around it. */
interface Around {
  readonly source: object;
  readonly way: Way;
  readonly around: Around | undefined;
}

/** The place of a schema in a translation. */
export class Place {
  /** A JSON pointer into the result. */
  readonly path: string;
  readonly depth: number;
  /** Properties of the value that its direction does not have. */
  readonly hidden: ReadonlySet<string>;
  /** Whether the whole accepts what is accepted at this place; below `not` and `if` it does not. */
  readonly isAsserted: boolean;
  readonly #way: Way;
  readonly #around: Around | undefined;

  constructor(
    path = '',
    depth = 0,
    hidden: ReadonlySet<string> = new Set(),
    isAsserted = true,
    way: Way = 'inside',
    around?: Around,
  ) {
    this.path = path;
    this.depth = depth;
    this.hidden = hidden;
    this.isAsserted = isAsserted;
    this.#way = way;
    this.#around = around;
  }

  /** The same place, in a schema that stands there, with the hidden properties of that schema. */
  in(source: object, hidden: ReadonlySet<string>): Place {
    const around = { source, way: this.#way, around: this.#around };
    return new Place(this.path, this.depth, hidden, this.isAsserted, this.#way, around);
  }

  /** The place of what a reference of this schema leads to. */
  target(): Place {
    return new Place(this.path, this.depth + 1, this.hidden, this.isAsserted, 'ref', this.#around);
  }

  /** The place of a schema for the same value. */
  part(way: 'allOf' | 'in place', ...steps: readonly (string | number)[]): Place {
    return this.#next(steps, this.hidden, this.isAsserted, way);
  }

  /** The place of a schema for the same value that only asks a question, such as the one of `not`. */
  question(keyword: string): Place {
    return this.#next([keyword], new Set(), false, 'in place');
  }

  /** The place of a schema for a part of the value. */
  inside(...steps: readonly (string | number)[]): Place {
    return this.#next(steps, new Set(), this.isAsserted, 'inside');
  }

  /**
   * The ways by which a schema that is already being translated is reached again, from the last step back.
   * `undefined` where it is new here.
   */
  waysBackTo(source: object): readonly Way[] | undefined {
    let found: Around | undefined = this.#around;
    while (found !== undefined && found.source !== source) found = found.around;
    if (found === undefined) return undefined;
    const ways = [this.#way];
    for (let step = this.#around; step !== undefined && step !== found; step = step.around) {
      ways.push(step.way);
    }
    return ways;
  }

  #next(
    steps: readonly (string | number)[],
    hidden: ReadonlySet<string>,
    isAsserted: boolean,
    way: Way,
  ): Place {
    const path = `${this.path}${steps.map((step) => `/${escaped(step)}`).join('')}`;
    return new Place(path, this.depth + 1, hidden, isAsserted, way, this.#around);
  }
}

function escaped(step: string | number): string {
  return String(step).replaceAll('~', '~0').replaceAll('/', '~1');
}
