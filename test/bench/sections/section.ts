import type { Metric, SectionResult } from '../figures/result.ts';
import type { Reference, Samples, Target } from '../figures/samples.ts';
import type { Lab } from '../lab.ts';
import type { RequestSettings } from '../load/requests.ts';
import { DoesNotStart, type Program } from '../machine/program.ts';

/** Something that is measured: how it starts, and what it is sent. */
export interface Row {
  readonly name: string;
  start(lab: Lab): Promise<Program>;
  /** Default: a call of a tool, without a token. */
  readonly request?: RequestSettings;
  /** Whether it gets faster while it runs, and so has to be warmed up for long. */
  readonly isCompiled?: boolean;
}

/** One idea of what to measure. */
export interface Section {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Whether it belongs to `--quick`. */
  readonly isQuick?: boolean;
  readonly metrics: readonly Metric[];
  readonly reference?: Reference;
  readonly targets?: readonly Target[];
  rows(lab: Lab): readonly Row[];
  run(lab: Lab, rows: readonly Row[]): Promise<Samples>;
}

export async function resultOf(section: Section, lab: Lab): Promise<SectionResult> {
  const { name, title, about, metrics, reference, targets = [] } = section;
  const rows = section.rows(lab);
  const samples = await section.run(lab, rows);
  const keys = metrics.map(({ key }) => key);
  return {
    name,
    title,
    about,
    metrics,
    rows: rows.map((row) => samples.result(row.name, keys, reference)),
    targets: targets.flatMap(({ name, atMost, ...ratio }) => {
      const figure = samples.ratio(ratio);
      return figure === undefined ? [] : [{ name, figure, atMost }];
    }),
  };
}

/** Starts a row; says why, and gives undefined, where that cannot be here. */
export async function startRow(row: Row, lab: Lab, samples: Samples): Promise<Program | undefined> {
  try {
    return await row.start(lab);
  } catch (error) {
    if (!(error instanceof DoesNotStart)) throw error;
    samples.note(row.name, 'left out');
    lab.say(`${row.name} is left out: ${error.reason}`);
    return undefined;
  }
}
