import { availableParallelism } from 'node:os';
import { listScenarios, runBothClients } from './client-leg.ts';
import { differences, type Leg, scenariosOf } from './compare.ts';
import { AUTH_DIFFERENCES, AUTH_FLOOR, REVISIONS, type Revision } from './expectations.ts';
import { table } from './report.ts';
import { passes } from './results.ts';

/** The scenarios that a revision requires; or those of the extensions, which belong to no revision. */
export type AuthSet = Revision | 'extensions';

export const AUTH_SETS: readonly AuthSet[] = [...REVISIONS, 'extensions'];

/**
 * The suite acts as a protected resource with an authorization server. It tests a client on the SDK, and the
 * same client through a gateway with `upstreamAuth()`.
 */
export async function runAuthLeg(set: AuthSet, folder: string): Promise<Leg> {
  const { scenarios, options } = await selectionOf(set);
  const leg = await runBothClients(scenarios, options, folder, availableParallelism());
  return { title: `${set}, authorization`, ...leg };
}

async function selectionOf(set: AuthSet): Promise<{ scenarios: string[]; options: string[] }> {
  const revision = set === 'extensions' ? '2026-07-28' : set;
  const all = await listScenarios(revision);
  const isExtension = (name: string) => EXTENSIONS.some((extension) => name.startsWith(extension));
  const scenarios = all.filter(
    (name) => name.startsWith('auth/') && isExtension(name) === (set === 'extensions'),
  );
  return { scenarios, options: set === 'extensions' ? [] : ['--spec-version', revision] };
}

/** Scenarios that the suite would skip if a revision is given. */
const EXTENSIONS = ['auth/client-credentials', 'auth/dpop', 'auth/enterprise-managed', 'auth/wif'];

/** The leg as a table. Below it are the differences, and their reasons if these are known. */
export function authReport(leg: Leg): string {
  const details = scenariosOf(leg).flatMap((scenario) =>
    differences(leg, scenario).map(({ name, text }) => {
      const reason = listed(scenario)[name];
      return reason ? `\n${scenario}, ${name}: ${reason}` : `\n${scenario}: ${text}`;
    }),
  );
  return [table(leg, (scenario) => noteOf(leg, scenario)), ...details].join('\n');
}

function noteOf(leg: Leg, scenario: string): string {
  const names = differences(leg, scenario).map(({ name }) => name);
  if (names.length === 0) return '';
  return names.every((name) => name in listed(scenario)) ? '  differs as listed' : '  DIFFERS';
}

/** Why the leg fails, in words. None if the differences are exactly those that are listed. */
export function authProblemsOf(leg: Leg, set: AuthSet): string[] {
  const failing = [...leg.direct].filter(([, checks]) => !passes(checks)).map(([name]) => name);
  const passing = leg.direct.size - failing.length;
  const problems = [
    ...failing.map((name) => `${name} fails without a gateway`),
    ...scenariosOf(leg).flatMap((scenario) => problemsIn(leg, scenario)),
  ];
  if (passing < AUTH_FLOOR[set]) {
    problems.push(`${passing} scenarios pass without a gateway, ${AUTH_FLOOR[set]} did`);
  }
  return problems.map((problem) => `${leg.title}: ${problem}`);
}

function problemsIn(leg: Leg, scenario: string): string[] {
  const names = new Set(differences(leg, scenario).map(({ name }) => name));
  const known = Object.keys(listed(scenario));
  return [
    ...[...names]
      .filter((name) => !known.includes(name))
      .map((name) => `${scenario} differs through the gateway: ${name}`),
    ...known
      .filter((name) => !names.has(name))
      .map((name) => `${scenario} does not differ, and is listed: ${name}`),
  ];
}

function listed(scenario: string): Readonly<Record<string, string>> {
  return AUTH_DIFFERENCES[scenario] ?? {};
}
