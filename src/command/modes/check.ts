import type { OpenInput } from '../inputs/input.ts';
import { readTls } from '../server/tls.ts';

/** The report on a file that has been read without a problem. */
export function check(
  file: string,
  { plan, warnings, endpoints, details = [] }: OpenInput,
): string {
  if (plan.tls !== undefined) readTls(plan.tls);
  const lines = warnings.map(({ path, message }) => `warning: ${path || 'document'}: ${message}`);
  const paths = endpoints.map(({ path }) => path).join(', ');
  return `${[...lines, `${file} runs: ${paths}`, ...details].join('\n')}\n`;
}
