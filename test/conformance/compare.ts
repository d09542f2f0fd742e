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

/** A difference between the two sides. */
export interface Difference {
  /** The id of the check; for a note of the suite, its text. */
  readonly name: string;
  /** The results of each side. */
  readonly text: string;
}

/** The results of a scenario that only one side has; none if both sides have the same. */
export function differences({ direct, gateway }: Leg, scenario: string): Difference[] {
  const [one, other] = [direct, gateway].map((side) => outcomes(side.get(scenario)));
  const labels = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  return [...labels].flatMap((label) => {
    const [expected, actual] = [one?.get(label), other?.get(label)];
    if (expected?.outcome === actual?.outcome) return [];
    const lines = [label, `  direct:  ${told(expected)}`, `  gateway: ${told(actual)}`];
    return [{ name: (expected ?? actual)?.name ?? label, text: lines.join('\n') }];
  });
}

interface Outcome {
  readonly name: string;
  readonly outcome: string;
}

function told(outcome: Outcome | undefined): string {
  return outcome?.outcome ?? 'missing';
}

/**
 * The results of each check, by its name; several checks may have the same name. Notes of the suite are
 * identified by their text, because a stream and a call may reach the suite in either order.
 */
function outcomes(checks: readonly Check[] = []): Map<string, Outcome> {
  const found = new Map<string, Outcome>();
  const times = new Map<string, number>();
  for (const check of checks) {
    const { status, description, errorMessage = '' } = check;
    const isNote = status === 'INFO';
    const label = withoutPorts(isNote ? description : `${check.id} (${check.name})`);
    const time = (times.get(label) ?? 0) + 1;
    times.set(label, time);
    const outcome = withoutPorts(`${status} ${description} ${errorMessage}`);
    found.set(`${label} #${time}`, { name: isNote ? label : check.id, outcome });
  }
  return found;
}

/** Removes the ports, because each side listens on its own. */
function withoutPorts(text: string): string {
  return text.replaceAll(/(localhost|127\.0\.0\.1):\d+/g, '$1');
}
