/**
 * Gateways under a great many requests, aborts, refused connects, slow readers and slow writers:
 * `npm run soak:endurance`. After any number of them, the idle process has to hold the same as before.
 * No check depends on speed.
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

// Only Linux shows the open files of another process.
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
