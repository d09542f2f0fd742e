import { parseArgs } from 'node:util';
import type { EngineName } from '../../src/index.ts';

/** What carries the requests of all gateways; the suite starts some of them in processes of their own. */
const VARIABLE = 'CONFORMANCE_ENGINE';

/** Reads `--engine` for this process, and for those that it starts. */
export function chooseEngine(): void {
  const { values } = parseArgs({ options: { engine: { type: 'string' } } });
  if (values.engine !== undefined) process.env[VARIABLE] = values.engine;
}

/** What was chosen: no `engine` where it is the default one. */
export function chosenEngine(): { readonly engine?: EngineName } {
  const engine = process.env[VARIABLE];
  return engine === undefined ? {} : { engine: engine as EngineName };
}
