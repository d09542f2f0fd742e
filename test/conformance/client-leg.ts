import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leg } from './compare.ts';
import type { Revision } from './expectations.ts';
import { type Check, type Results, readResults } from './results.ts';
import { runSuite } from './suite.ts';

/** The suite as a server: of a client on the SDK, and of the same client through the gateway. */
export async function runClientLeg(revision: Revision, folder: string): Promise<Leg> {
  const scenarios = await listScenarios(revision);
  const run = (program: string) =>
    test(`node client/${program}.ts`, scenarios, revision, join(folder, program));
  const direct = await run('direct');
  const gateway = await run('through-gateway');
  return { title: `${revision}, client`, direct, gateway };
}

/** All but those of authorization, which need a gateway that takes part in it. */
async function listScenarios(revision: Revision): Promise<string[]> {
  const { stdout } = await runSuite('list', '--client', '--requirements', revision);
  const [, ofClients = ''] = stdout.split('Client scenarios');
  const names = [...ofClients.matchAll(/^ +- (\S+)(?: \[client\])?$/gm)].map(
    ([, name = '']) => name,
  );
  return names.filter((name) => !name.startsWith('auth/'));
}

/** One scenario at a time: a whole set would start all its clients at once. */
async function test(
  command: string,
  scenarios: readonly string[],
  revision: Revision,
  folder: string,
): Promise<Results> {
  await mkdir(folder, { recursive: true });
  const options = ['--spec-version', revision, '--command', command, '-o', folder];
  const failed = new Set<string>();
  for (const scenario of scenarios) {
    const { passed } = await runSuite('client', '--scenario', scenario, ...options);
    if (!passed) failed.add(scenario);
  }
  const results = await readResults(folder);
  const entries = [...results].map(([name, checks]) => {
    return [name, failed.has(name) ? [...checks, FAILED] : checks] as const;
  });
  return new Map(entries);
}

/** The checks are of what a client sends. That it got no answer shows in how it ended. */
const FAILED: Check = {
  id: 'client-run',
  name: 'ClientRun',
  description: 'The suite takes the scenario as failed',
  status: 'FAILURE',
};
