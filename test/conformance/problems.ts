import { differences, type Leg, scenariosOf } from './compare.ts';
import { UNSERVED } from './expectations.ts';
import { passes } from './results.ts';

/** Why a leg fails, in words. None if the gateway changed nothing and enough scenarios pass without it. */
export function problemsOf(leg: Leg, floor: number): string[] {
  const changed = scenariosOf(leg).filter((scenario) => differences(leg, scenario).length > 0);
  const passing = [...leg.direct].filter(([, checks]) => passes(checks)).map(([name]) => name);
  const failing = [...leg.direct.keys()].filter((name) => !passing.includes(name));
  const problems = [
    ...changed.map((name) => `${name} differs through the gateway`),
    ...failing
      .filter((name) => !(name in UNSERVED))
      .map((name) => `${name} fails without a gateway, and is not listed as not served`),
    ...passing
      .filter((name) => name in UNSERVED)
      .map((name) => `${name} passes, and is listed as not served`),
  ];
  if (passing.length < floor) {
    problems.push(`${passing.length} scenarios pass without a gateway, ${floor} did`);
  }
  return problems.map((problem) => `${leg.title}: ${problem}`);
}
