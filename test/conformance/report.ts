import { differences, type Leg, scenariosOf } from './compare.ts';
import { UNSERVED } from './expectations.ts';
import { passes, type Results, score } from './results.ts';

/** A leg in which no difference is allowed: as a table, with every difference below it. */
export function report(leg: Leg): string {
  const noteOf = (scenario: string) => {
    const mark = differences(leg, scenario).length > 0 ? '  DIFFERS' : '';
    return mark + (scenario in UNSERVED ? '  not served' : '');
  };
  const details = scenariosOf(leg).flatMap((scenario) =>
    differences(leg, scenario).map(({ text }) => `\n${scenario}: ${text}`),
  );
  return [table(leg, noteOf), ...details].join('\n');
}

/** A leg as a table: checks passed of checks made. */
export function table(leg: Leg, noteOf: (scenario: string) => string = () => ''): string {
  const scenarios = scenariosOf(leg);
  const rows = scenarios.map((scenario) => {
    const [direct, gateway] = [cell(leg.direct, scenario), cell(leg.gateway, scenario)];
    return [scenario, direct, gateway, noteOf(scenario)] as const;
  });
  const width = Math.max(...rows.map(([scenario]) => scenario.length), leg.title.length);
  const line = (name: string, direct: string, gateway: string, end = '') =>
    `${name.padEnd(width)}${direct.padStart(9)}${gateway.padStart(9)}${end}`;
  return [
    line(leg.title, 'direct', 'gateway'),
    ...rows.map((row) => line(...row)),
    line('scenarios that pass', ...total(leg)),
  ].join('\n');
}

function cell(results: Results, scenario: string): string {
  const checks = results.get(scenario);
  if (checks === undefined) return 'missing';
  const { passed, total } = score(checks);
  return total === 0 ? 'skipped' : `${passed}/${total}`;
}

function total({ direct, gateway }: Leg): [string, string] {
  const count = (results: Results) => [...results.values()].filter(passes).length;
  return [`${count(direct)}/${direct.size}`, `${count(gateway)}/${gateway.size}`];
}
