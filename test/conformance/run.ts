/**
 * The official conformance suite, by difference: `npm run conformance` runs it without the gateway
 * and through it, and fails when a single check comes out differently. A relay that changes nothing
 * passes with any server, whatever that server can do. With policies the gateway checks headers: what
 * the suite asks about those it meets before a server that looks at none. Where the server is a
 * protected resource, the gateway takes its place, and what differs for that reason is listed.
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
