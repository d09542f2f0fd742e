import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Leg, scenariosOf } from './compare.ts';
import { HEADER_SCENARIOS, UNMET } from './expectations.ts';
import { startGateway } from './gateway.ts';
import { laxServer } from './lax-server.ts';
import { during, listen } from './listen.ts';
import { table } from './report.ts';
import { type Check, passes, type Results, readResults } from './results.ts';
import { runSuite } from './suite.ts';

/**
 * Runs the scenarios about headers twice: with a server that checks no header, and with a gateway in front of
 * it. The gateway has a policy that allows everything, so it compares headers with the body.
 */
export async function runHeaderLeg(folder: string): Promise<Leg> {
  const [direct, gateway] = await during(
    listen(() => laxServer),
    async ({ url }) => [
      await test(url, join(folder, 'direct')),
      await during(
        startGateway(url, () => ({ policies: () => true })),
        (gateway) => test(gateway.url, join(folder, 'gateway')),
      ),
    ],
  );
  return { title: 'headers', direct, gateway };
}

async function test(url: string, folder: string): Promise<Results> {
  await mkdir(folder, { recursive: true });
  for (const scenario of HEADER_SCENARIOS) {
    await runSuite('server', '--url', url, '--scenario', scenario, '-o', folder);
  }
  return readResults(folder);
}

/** The leg as a table, and below it the checks that the gateway cannot pass. */
export function headerReport(leg: Leg): string {
  const unmet = Object.entries(UNMET).map(([name, reason]) => `\n${name}: not met, ${reason}`);
  return [table(leg), ...unmet].join('\n');
}

/** Why the leg fails, in words. None if the gateway passes all checks that it can, and the server by itself fails. */
export function headerProblemsOf({ title, direct, gateway }: Leg): string[] {
  const unchecked = HEADER_SCENARIOS.filter((scenario) => passes(direct.get(scenario) ?? []));
  const checks = [...gateway.values()].flat();
  const problems = [
    ...missing({ title, direct, gateway }),
    ...unchecked.map((scenario) => `${scenario} passes with a server that checks nothing`),
    ...checks.filter((check) => isBad(check) && !(check.name in UNMET)).map(described),
    ...Object.keys(UNMET)
      .filter((name) => !checks.some((check) => check.name === name && isBad(check)))
      .map((name) => `${name} does not fail, and is listed as one that cannot be met`),
  ];
  return problems.map((problem) => `${title}: ${problem}`);
}

/** If a scenario could not be set up, it checks less than it claims. */
function missing(leg: Leg): string[] {
  const names = (results: Results, scenario: string) =>
    (results.get(scenario) ?? []).map(({ name }) => name).join();
  const scenarios = new Set([...HEADER_SCENARIOS, ...scenariosOf(leg)]);
  return [...scenarios].flatMap((scenario) => {
    const [one, other] = [names(leg.direct, scenario), names(leg.gateway, scenario)];
    return one !== '' && one === other
      ? []
      : [`${scenario} makes not the same checks on both sides`];
  });
}

function isBad({ status }: Check): boolean {
  return status !== 'SUCCESS' && status !== 'INFO';
}

function described({ name, status, errorMessage = '' }: Check): string {
  return `${name}: ${status} ${errorMessage}`;
}
