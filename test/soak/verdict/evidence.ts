import { readFile } from 'node:fs/promises';
import type { TargetStatus } from '../../../src/index.ts';
import type { Journal, Session } from '../load/journal.ts';
import type { Life } from '../processes/life.ts';
import type { Note } from '../processes/note.ts';
import type { Rest } from '../rest.ts';

/** A call, as an upstream wrote it to its file before it executed the call. */
export interface Execution {
  readonly number: number;
  readonly by: string;
}

/** All results of a run. */
export interface Evidence {
  readonly journal: Journal;
  readonly executions: readonly Execution[];
  readonly notes: readonly Note[];
  readonly upstreams: readonly RunProcess[];
  readonly gateways: readonly RunProcess[];
  readonly streams: StreamsAtEnd;
  readonly rest: RestOfSurvivor;
  /** For each key in Redis the milliseconds until it expires; -1 means never. */
  readonly keys: readonly number[];
}

/** A process and its lives. */
export interface RunProcess {
  readonly name: string;
  readonly port: number;
  readonly lives: readonly Life[];
  /** Its error output. */
  readonly log: string;
  /** How it ended when it was not killed. */
  readonly crashes: readonly string[];
}

/** The streams after the last event was sent. */
export interface StreamsAtEnd {
  /** How many streams there have to be. */
  readonly users: number;
  /** The sessions whose streams were open. */
  readonly open: readonly Session[];
  /** The number of the last event, by the id of the session. */
  readonly last: Readonly<Record<string, number>>;
}

/** What the gateway that is never killed held at rest. */
export interface RestOfSurvivor {
  /** The files that it had open before its first request. */
  readonly fresh: Readonly<Record<string, number>>;
  /** After the warm-up. */
  readonly before: Rest;
  /** In the end. */
  readonly after: Rest;
  /** The `targets()` of all gateways at the end. */
  readonly targets: readonly TargetStatus[];
}

export async function readExecutions(files: readonly string[]): Promise<Execution[]> {
  const lines = (await Promise.all(files.map(linesOf))).flat();
  return lines.map((line) => {
    const [number, by = ''] = line.split(' ');
    return { number: Number(number), by };
  });
}

export async function readNotes(files: readonly string[]): Promise<Note[]> {
  return (await Promise.all(files.map(linesOf))).flat().map((line) => JSON.parse(line));
}

/** Gives no lines if the file does not exist, because nothing was written. */
async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
