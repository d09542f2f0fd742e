import { parseArgs } from 'node:util';
import type { EngineName } from '../../src/index.ts';

/** The variable that names the engine of all gateways. The suite starts some gateways in their own processes. */
const VARIABLE = 'CONFORMANCE_ENGINE';

/** Reads `--engine` for this process, and for the processes that it starts. */
export function chooseEngine(): void {
  const { values } = parseArgs({ options: { engine: { type: 'string' } } });
  if (values.engine !== undefined) process.env[VARIABLE] = values.engine;
}

/** The chosen engine as an option; no `engine` if it is the default one. */
export function chosenEngine(): { readonly engine?: EngineName } {
  const engine = process.env[VARIABLE];
  return engine === undefined ? {} : { engine: engine as EngineName };
}
