import type { GatewayContext } from '../../gateway-context.ts';
import { isFieldName } from '../../http/field.ts';
import { quoted } from '../../lib/quoted.ts';
import { written } from '../written.ts';
import type { Source } from './config-parts.ts';
import type { HeaderPlan } from './header-plan.ts';
import { headerText } from './header-text.ts';

/** Puts claims into headers for the backend; the client's own under these names never pass. */
export function propagateClaims({ group: [endpoint] }: Source, plan: HeaderPlan): void {
  const { propagate_claims: pairs = [], propagate_claims_preserve_array: preserves } =
    endpoint.extra['auth/validator'] ?? {};
  const notes = endpoint.extraNotes.at('auth/validator');
  if (preserves === true && pairs.length > 0) {
    notes
      .at('propagate_claims_preserve_array')
      .warn('a list goes upstream as one header with commas between its items');
  }
  for (const [i, pair] of pairs.entries()) {
    const place = notes.at('propagate_claims').at(i);
    const [claim, header] = pair;
    if (pair.length !== 2 || claim === undefined || header === undefined || !isFieldName(header)) {
      place.refuse('write a claim and the header for it: ["sub", "X-User"]');
      continue;
    }
    const isListed = plan.forwards(header);
    if (!isListed) place.warn(`KrakenD would not send ${header}: it is not in input_headers`);
    const read = ({ principal }: GatewayContext) => headerText(claimAt(principal?.claims, claim));
    const text = `claimHeader(${quoted(claim)})`;
    plan.setOfCaller(header, written(read, { text, helpers: ['claimHeader'] }));
  }
}

/** A claim by its name, or else by a path with dots. */
export function claimAt(
  claims: Readonly<Record<string, unknown>> | undefined,
  path: string,
): unknown {
  if (claims === undefined || Object.hasOwn(claims, path)) return claims?.[path];
  let value: unknown = claims;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
