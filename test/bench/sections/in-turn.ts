import { Samples } from '../figures/samples.ts';
import { shuffled } from '../figures/statistics.ts';
import type { Lab } from '../lab.ts';
import type { Program } from '../machine/program.ts';
import { type Row, startRow } from './section.ts';

/** A row whose program has been started, for one measurement. */
export interface Started {
  readonly row: Row;
  readonly program: Program;
  readonly samples: Samples;
  /** On the clock of `performance.now()`: before it was started. */
  readonly startedAt: number;
}

export interface Turns {
  readonly rounds: number;
  /** Whether a row is left out of a round. Default: none is. */
  readonly isLeftOut?: (row: Row, round: number) => boolean;
}

/** Measures one row after the other in random order, each in a new process that runs alone. */
export async function inTurn(
  lab: Lab,
  rows: readonly Row[],
  { rounds, isLeftOut = () => false }: Turns,
  measure: (started: Started) => Promise<Parameters<Samples['add']>[1]>,
): Promise<Samples> {
  const samples = new Samples();
  for (let round = 1; round <= rounds; round += 1) {
    samples.beginRound();
    for (const row of shuffled(rows)) {
      if (isLeftOut(row, round)) continue;
      lab.say(`round ${round} of ${rounds}: ${row.name}`);
      const startedAt = performance.now();
      const program = await startRow(row, lab, samples);
      if (program === undefined) continue;
      samples.add(row.name, await measure({ row, program, samples, startedAt }));
      await program.stop();
    }
  }
  return samples;
}
