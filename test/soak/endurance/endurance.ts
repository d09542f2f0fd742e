/**
 * Gateways under a great many requests, aborts, refused connects, slow readers and slow writers:
 * `npm run soak:endurance`. What their process holds when nobody uses it has to be the same after any
 * number of them. Nothing depends on how fast anything is.
 */
import { writeFile } from 'node:fs/promises';
import { reportOfChecks } from '../report.ts';
import type { Check } from '../verdict/check.ts';
import { readOptions } from './options.ts';
import { reportOfEndurance } from './report.ts';
import { run } from './run.ts';
import { selfCheck } from './self-check.ts';
import { enduranceVerdict } from './verdict/checks.ts';

const options = readOptions(process.argv.slice(2));
const say = (text: string) => process.stdout.write(`${text}\n`);

// Only Linux tells what another process has open.
const canRun = process.platform === 'linux';
const checks = canRun ? await (options.selfCheck ? selfCheck(options, say) : endure()) : [];
if (canRun) say(`\n${reportOfChecks(checks)}`);
else say('Skipped: there is no /proc here');

const failed = checks.filter(({ problems }) => problems.length > 0).length;
if (failed > 0 || (!canRun && process.env.CI)) process.exitCode = 1;

if (options.outputFile !== undefined) {
  const counts = {
    numPassedTests: checks.length - failed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: canRun ? 0 : 1,
    numTodoTests: 0,
  };
  await writeFile(options.outputFile, JSON.stringify(counts));
}

async function endure(): Promise<Check[]> {
  const evidence = await run(options, say);
  say(`\n${reportOfEndurance(evidence)}`);
  return enduranceVerdict(evidence);
}
