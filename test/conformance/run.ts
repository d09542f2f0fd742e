/**
 * Compares runs of the official conformance suite: `npm run conformance` runs it without the gateway
 * and through it, and fails if a single check has another result. A relay that changes nothing
 * passes with any server, also with one that fails checks. With policies the gateway checks headers: it has to
 * pass the scenarios about headers in front of a server that checks none. If the server is a
 * protected resource, the gateway takes its place, and the differences for that reason are listed.
 * With `-- --engine undici` the gateways send their requests with that engine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTH_SETS, authProblemsOf, authReport, runAuthLeg } from './auth-leg.ts';
import { runClientLeg } from './client-leg.ts';
import { chooseEngine } from './engine.ts';
import { FLOOR, REVISIONS } from './expectations.ts';
import { headerProblemsOf, headerReport, runHeaderLeg } from './header-leg.ts';
import { problemsOf } from './problems.ts';
import { report } from './report.ts';
import { runServerLeg } from './server-leg.ts';
import { installSuite } from './suite.ts';

chooseEngine();
await installSuite();
const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
const problems: string[] = [];

for (const revision of REVISIONS) {
  const legs = [
    { run: runServerLeg, floor: FLOOR[revision].server },
    { run: runClientLeg, floor: FLOOR[revision].client },
  ];
  for (const { run, floor } of legs) {
    const leg = await run(revision, join(folder, revision, run.name));
    process.stdout.write(`${report(leg)}\n\n`);
    problems.push(...problemsOf(leg, floor));
  }
}

for (const set of AUTH_SETS) {
  const leg = await runAuthLeg(set, join(folder, runAuthLeg.name, set));
  process.stdout.write(`${authReport(leg)}\n\n`);
  problems.push(...authProblemsOf(leg, set));
}

const headers = await runHeaderLeg(join(folder, runHeaderLeg.name));
process.stdout.write(`${headerReport(headers)}\n\n`);
problems.push(...headerProblemsOf(headers));

if (problems.length === 0) {
  process.stdout.write('No difference but those listed, and headers are checked\n');
  await rm(folder, { recursive: true });
} else {
  process.stdout.write(`${problems.join('\n')}\nWhat the suite saw: ${folder}\n`);
  process.exitCode = 1;
}
