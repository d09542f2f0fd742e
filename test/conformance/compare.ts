import type { Check, Results } from './results.ts';

/** The same suite, run against a server and through the gateway before it. */
export interface Leg {
  readonly title: string;
  readonly direct: Results;
  readonly gateway: Results;
}

/** Every scenario of either side. */
export function scenariosOf({ direct, gateway }: Leg): string[] {
  return [...new Set([...direct.keys(), ...gateway.keys()])];
}

/** What a scenario saw on one side only, in words; none when it saw the same on both. */
export function differences({ direct, gateway }: Leg, scenario: string): string[] {
  const [one, other] = [direct, gateway].map((side) => outcomes(side.get(scenario)));
  const names = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const [expected, actual] = [one?.get(name) ?? 'missing', other?.get(name) ?? 'missing'];
    return expected === actual ? [] : [`${name}\n  direct:  ${expected}\n  gateway: ${actual}`];
  });
}

/**
 * What came out of each check, by its name; the suite may give a name to several. What it only
 * noted on the way goes by its words: a stream and a call may reach it in either order.
 */
function outcomes(checks: readonly Check[] = []): Map<string, string> {
  const found = new Map<string, string>();
  const times = new Map<string, number>();
  for (const { id, name, status, description, errorMessage = '' } of checks) {
    const label = withoutPorts(status === 'INFO' ? description : `${id} (${name})`);
    const time = (times.get(label) ?? 0) + 1;
    times.set(label, time);
    found.set(`${label} #${time}`, withoutPorts(`${status} ${description} ${errorMessage}`));
  }
  return found;
}

/** Each side listens on its own. */
function withoutPorts(text: string): string {
  return text.replaceAll(/(localhost|127\.0\.0\.1):\d+/g, '$1');
}
