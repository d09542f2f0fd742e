import { UsageError } from '../command-error.ts';
import { gatewayModule } from './gateway-module.ts';
import type { Input } from './input.ts';
import { krakend } from './krakend.ts';

/** Every kind of file that there is; the first that accepts a name takes it. */
const INPUTS: readonly Input[] = [gatewayModule, krakend];

/** @throws {UsageError} where no kind of file has such a name. */
export function inputFor(file: string): Input {
  const input = INPUTS.find((own) => own.accepts(file));
  if (input !== undefined) return input;
  throw new UsageError(
    `${file} has none of the endings that are known: .json, .yaml, .yml, .js, .mjs, .cjs, .ts, .mts, .cts`,
  );
}
