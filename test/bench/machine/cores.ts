import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const CORES: number = availableParallelism();

/** Whether processes stay on their cores: `taskset` is there, and there is more than one core. */
export const isPinned: boolean =
  CORES > 1 && spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;

/** Whose work it is: what is measured has the first core for itself, all else has the others. */
export type Part = 'proxy' | 'load';

/** The command that runs another one on the cores of a part. */
export function onCores(part: Part, command: string, args: readonly string[]): [string, string[]] {
  if (!isPinned) return [command, [...args]];
  const cores = part === 'proxy' ? '0' : `1-${CORES - 1}`;
  return ['taskset', ['-c', cores, command, ...args]];
}
