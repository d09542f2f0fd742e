import { parseArgs } from 'node:util';
import { PHASE_NAMES, type PhaseName } from './load/phases.ts';
import { LEAKS, type Leak } from './process/leaks.ts';

export interface EnduranceOptions {
  /** How many of each kind run, in addition to those of the warm-up. */
  readonly counts: Readonly<Record<PhaseName, number>>;
  /** In how many parts they run; after each part, the script measures what the process holds. */
  readonly repeats: number;
  /** The kinds of load to run. */
  readonly phases: readonly PhaseName[];
  /** The engine of the gateways, which check the name. Undefined: their default. */
  readonly engine: string | undefined;
  /** The leak that is built into the gateway. */
  readonly leak: Leak | undefined;
  /** Whether to check that each leak is found, instead of a normal run. */
  readonly selfCheck: boolean;
  /** The longest time under load: a slow machine gets fewer requests. It does not include rest and measuring. */
  readonly minutes: number;
  /** How long the gateway may take to come to rest. */
  readonly patienceMs: number;
  /** Where to write the counts of checks, as Jest writes those of tests. */
  readonly outputFile: string | undefined;
}

const FULL: EnduranceOptions['counts'] = {
  requests: 1_000_000,
  aborts: 100_000,
  refused: 100_000,
  readers: 2000,
  writers: 20_000,
};

/** The counts for continuous integration. */
const SHORT: EnduranceOptions['counts'] = {
  requests: 40_000,
  aborts: 5000,
  refused: 5000,
  readers: 100,
  writers: 2000,
};

export function readOptions(args: readonly string[]): EnduranceOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ requests: text, aborts: text, refused: text, readers: text, writers: text },
      short: { type: 'boolean', default: false },
      'self-check': { type: 'boolean', default: false },
      repeats: text,
      minutes: text,
      phase: { ...text, multiple: true },
      engine: text,
      leak: text,
      patience: text,
      outputFile: text,
    },
  });
  const counts = { ...(values.short || values['self-check'] ? SHORT : FULL) };
  for (const name of PHASE_NAMES) {
    const value = values[name];
    if (value !== undefined) counts[name] = readNumber(name, value);
  }
  return {
    counts,
    repeats: readRepeats(values.repeats ?? (values.short ? '6' : '10')),
    minutes: readNumber('minutes', values.minutes ?? (values.short ? '2' : '30')),
    phases: (values.phase ?? PHASE_NAMES).map((name) => oneOf('phase', PHASE_NAMES, name)),
    engine: values.engine,
    leak: values.leak === undefined ? undefined : oneOf('leak', LEAK_NAMES, values.leak),
    selfCheck: values['self-check'],
    patienceMs: readNumber('patience', values.patience ?? '60') * 1000,
    outputFile: values.outputFile,
  };
}

export const LEAK_NAMES: readonly Leak[] = Object.keys(LEAKS) as Leak[];

function readNumber(name: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) {
    throw new Error(`--${name} has to be a whole number above 0, not ${value}`);
  }
  return Number(value);
}

/** With fewer points, half of them can be noise. */
const LEAST_REPEATS = 5;

function readRepeats(value: string): number {
  const repeats = readNumber('repeats', value);
  if (repeats < LEAST_REPEATS) throw new Error(`--repeats has to be at least ${LEAST_REPEATS}`);
  return repeats;
}

function oneOf<T extends string>(option: string, names: readonly T[], value: string): T {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new Error(`--${option} has to be one of ${names.join(', ')}`);
  return found;
}
