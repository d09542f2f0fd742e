/**
 * Several gateways and upstreams under load, while processes are killed at random: `npm run soak`.
 * Only requests that were under way on a killed process may be lost. The processes that were not killed
 * have to come to rest as they were before. No check depends on speed.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from './load/journal.ts';
import { readOptions } from './options.ts';
import { reportOfChecks, reportOfEvents } from './report.ts';
import { missingHere } from './requirements.ts';
import { run } from './run.ts';
import { Stage } from './stage.ts';
import type { Check } from './verdict/check.ts';
import { verdict } from './verdict/verdict.ts';

const options = readOptions(process.argv.slice(2));
const say = (text: string) => process.stdout.write(`${text}\n`);

const missing = missingHere();
const checks = missing.length === 0 ? await soak() : undefined;
if (checks === undefined) say(`Skipped: there is no ${missing.join(' and no ')} here`);

const failed = checks?.filter(({ problems }) => problems.length > 0).length ?? 0;
if (failed > 0 || (checks === undefined && process.env.CI)) process.exitCode = 1;

if (options.outputFile !== undefined) {
  const counts = {
    numPassedTests: (checks?.length ?? 0) - failed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: checks === undefined ? 1 : 0,
    numTodoTests: 0,
  };
  await writeFile(options.outputFile, JSON.stringify(counts));
}

async function soak(): Promise<Check[]> {
  const { outputFile: _, ...numbers } = options;
  const args = Object.entries(numbers).map(([name, value]) => `--${name} ${value}`);
  say(`npm run soak -- ${args.join(' ')}`);
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const stage = await Stage.start(options, folder);
  try {
    const evidence = await run(stage, options, say);
    const found = verdict(evidence);
    say(`\n${reportOfEvents(evidence)}\n\n${reportOfChecks(found)}`);
    await keepOrRemove(folder, stage, evidence.journal, found);
    return found;
  } finally {
    await stage.stop();
  }
}

/** The files of the processes are kept only if a check fails. */
async function keepOrRemove(
  folder: string,
  stage: Stage,
  journal: Journal,
  found: readonly Check[],
): Promise<void> {
  if (found.every(({ problems }) => problems.length === 0)) {
    await rm(folder, { recursive: true });
    return;
  }
  await writeFile(join(folder, 'nginx.log'), stage.nginx.log);
  await writeFile(join(folder, 'attempts.json'), JSON.stringify(journal.attempts, undefined, 1));
  const lives = [...stage.upstreams, ...stage.gateways].flatMap((each) => each.lives);
  await writeFile(join(folder, 'lives.json'), JSON.stringify(lives, undefined, 1));
  say(`\nWhat processes wrote: ${folder}`);
}
