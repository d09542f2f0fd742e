import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leg } from './compare.ts';
import type { Revision } from './expectations.ts';
import { type Check, passes, type Results, readResults } from './results.ts';
import { runSuite } from './suite.ts';

/** The suite acts as a server. It tests a client on the SDK, and the same client through the gateway. */
export async function runClientLeg(revision: Revision, folder: string): Promise<Leg> {
  const scenarios = await listScenarios(revision);
  const own = scenarios.filter((name) => !name.startsWith('auth/'));
  const leg = await runBothClients(own, ['--spec-version', revision], folder);
  return { title: `${revision}, client`, ...leg };
}

/** The client scenarios that a revision requires, and those for which the suite only reports the result. */
export async function listScenarios(revision: Revision): Promise<string[]> {
  const { stdout } = await runSuite('list', '--client', '--requirements', revision);
  const [, ofClients = ''] = stdout.split('Client scenarios');
  return [...ofClients.matchAll(/^ +- (\S+)(?: \[client\])?$/gm)].map(([, name = '']) => name);
}

/** Runs scenarios with the client on the SDK, and with the same client through the gateway. */
export async function runBothClients(
  scenarios: readonly string[],
  options: readonly string[],
  folder: string,
  atOnce = 1,
): Promise<Omit<Leg, 'title'>> {
  const run = async (program: string) => {
    const output = join(folder, program);
    await mkdir(output, { recursive: true });
    const command = ['--command', `node client/${program}.ts`, '-o', output];
    return test(scenarios, [...options, ...command], output, atOnce);
  };
  return { direct: await run('direct'), gateway: await run('through-gateway') };
}

/** Runs a few scenarios at a time, because the suite would start the clients of a whole set at once. */
async function test(
  scenarios: readonly string[],
  options: readonly string[],
  folder: string,
  atOnce: number,
): Promise<Results> {
  const failed = new Set<string>();
  const waiting = scenarios.values();
  const work = async () => {
    for (const scenario of waiting) {
      const { passed } = await runSuite('client', '--scenario', scenario, ...options);
      if (!passed) failed.add(scenario);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const results = await readResults(folder);
  const entries = [...results].map(([name, checks]) => {
    const isUnexplained = failed.has(name) && passes(checks);
    return [name, isUnexplained ? [...checks, FAILED] : checks] as const;
  });
  return new Map(entries);
}

/** The checks look at what a client sends. If it got no answer, only the way in which it ended shows that. */
const FAILED: Check = {
  id: 'client-run',
  name: 'ClientRun',
  description: 'The suite takes the scenario as failed',
  status: 'FAILURE',
};
