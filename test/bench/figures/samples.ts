import type { Figure, RowResult } from './result.ts';
import { figureOf } from './statistics.ts';

/** What was measured of one row in one round; undefined: it could not be. */
export type Readings = Readonly<Record<string, number | undefined>>;

/** A ratio to look at: of a row, over another, of what both gave in the same round. */
export interface Target {
  readonly name: string;
  readonly metric: string;
  readonly row: string;
  /** Is taken off the row first. */
  readonly minus?: string;
  /** Undefined: the value itself is meant. */
  readonly over?: string;
  readonly atMost: number;
}

/** What the rounds of a section gave. The machine is the same within a round, so ratios are taken there. */
export class Samples {
  readonly #rounds: Map<string, Readings>[] = [];
  readonly #notes = new Map<string, string>();

  beginRound(): void {
    this.#rounds.push(new Map());
  }

  add(row: string, readings: Readings): void {
    this.#rounds.at(-1)?.set(row, readings);
  }

  /** Says something of a row, such as why it is left out. */
  note(row: string, text: string): void {
    this.#notes.set(row, text);
  }

  figure(row: string, metric: string): Figure | undefined {
    return this.#figure((round) => round.get(row)?.[metric]);
  }

  /** Undefined where one of them was never measured. */
  ratio({ row, minus, over, metric }: Omit<Target, 'name' | 'atMost'>): Figure | undefined {
    return this.#figure((round) => {
      const value = round.get(row)?.[metric];
      const taken = minus === undefined ? 0 : round.get(minus)?.[metric];
      const unit = over === undefined ? 1 : round.get(over)?.[metric];
      if (value === undefined || taken === undefined || unit === undefined) return undefined;
      return (value - taken) / unit;
    });
  }

  /** The row with its figures; with a reference, its metric as a multiple of that row's is in `ratio`. */
  result(row: string, metrics: readonly string[], reference?: Reference): RowResult {
    const figures: Record<string, Figure> = {};
    for (const metric of metrics) {
      const figure =
        metric === 'ratio' && reference !== undefined
          ? this.ratio({ row, over: reference.of(row), metric: reference.metric })
          : this.figure(row, metric);
      if (figure !== undefined) figures[metric] = figure;
    }
    const note = this.#notes.get(row);
    return { name: row, figures, ...(note !== undefined && { note }) };
  }

  #figure(value: (round: ReadonlyMap<string, Readings>) => number | undefined): Figure | undefined {
    const values = this.#rounds.map(value);
    return figureOf(values.filter((one) => one !== undefined && Number.isFinite(one)) as number[]);
  }
}

/** The row that others are told as multiples of, and of what. */
export interface Reference {
  readonly of: (row: string) => string;
  readonly metric: string;
}
