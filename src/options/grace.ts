import { checkConfig } from './config-problems.ts';

/** How long `close()`, and `drain()` of a target, wait by default for what is under way. */
const GRACE_MS = 10_000;

/** How long what is under way may take from now on. */
export interface GraceOptions {
  /** Milliseconds; `Infinity` waits for ever. Default: 10,000. */
  readonly graceMs?: number;
}

/**
 * @param of - The method that takes them.
 * @throws {GatewayConfigError} for what is no time: it would end at once what is under way.
 */
export function readGrace(of: string, options: GraceOptions | undefined): number {
  return checkConfig(of, (found) => {
    if (options === undefined) return GRACE_MS;
    const problems = found.at('options');
    if (!problems.keys(options, ['graceMs'], '{ graceMs: 10_000 }')) return undefined;
    const { graceMs = GRACE_MS } = options;
    if (typeof graceMs !== 'number' || !(graceMs >= 0)) {
      problems.at('graceMs').addNumber(graceMs, 'a number of milliseconds from 0 on, or Infinity');
    }
    return graceMs;
  });
}
