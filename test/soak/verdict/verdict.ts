import { checksOfCalls } from './calls.ts';
import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';
import { checksOfProcesses } from './processes.ts';
import { checksOfRest } from './rest.ts';
import { checksOfStreams } from './streams.ts';

/** All checks of a run. */
export function verdict(evidence: Evidence): Check[] {
  return [
    ...checksOfCalls(evidence),
    ...checksOfStreams(evidence),
    ...checksOfRest(evidence),
    ...checksOfProcesses(evidence),
  ];
}
