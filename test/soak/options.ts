import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface SoakOptions {
  /** The time under load, without the time to start and to come to rest. */
  readonly seconds: number;
  /** Decides which processes are killed, and when. */
  readonly seed: number;
  /** Calls a second. */
  readonly rate: number;
  /** Event streams that are open at once, each with its own session. */
  readonly streams: number;
  readonly upstreams: number;
  /** Where to write the counts of checks, as Jest writes those of tests. */
  readonly outputFile: string | undefined;
}

const NUMBERS = ['seconds', 'seed', 'rate', 'streams', 'upstreams'] as const;

export function readOptions(args: readonly string[]): SoakOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { ...text, default: '120' },
      seed: { ...text, default: String(randomInt(1_000_000)) },
      rate: { ...text, default: '200' },
      streams: { ...text, default: '100' },
      upstreams: { ...text, default: '3' },
      outputFile: text,
    },
  });
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, read(name, values[name])]));
  return {
    ...(numbers as Record<(typeof NUMBERS)[number], number>),
    outputFile: values.outputFile,
  };
}

function read(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`--${name} has to be a whole number, not ${value}`);
  return Number(value);
}
