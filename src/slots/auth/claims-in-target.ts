import type { RequestContext } from '../../context.ts';
import { claimOf } from '../../targets/names.ts';
import { encodeValue, valueProblem } from '../../targets/template-value.ts';
import { claimAt } from './claims/claim-at.ts';

/**
 * Puts claims of the caller in place of their names in the target.
 *
 * @returns Why a claim cannot stand there, in which case nothing may go upstream; undefined where all can.
 */
export function fillClaims(context: RequestContext, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const values = new Map(context.params);
  for (const name of names) {
    const claim = claimOf(name);
    const value = textOf(claimAt(context.principal?.claims, claim));
    const problem = valueProblem(value);
    if (problem !== undefined) return `the claim ${claim}, which the target needs, ${problem}`;
    values.set(name, encodeValue(value as string));
  }
  context.params = values;
  return undefined;
}

/** A value of another type stays as it is, and `valueProblem` reports it. */
function textOf(value: unknown): unknown {
  if (value === null) return undefined;
  return typeof value === 'boolean' || Number.isFinite(value) ? String(value) : value;
}
