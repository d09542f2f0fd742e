import type { GatewayContext } from '../../gateway-context.ts';
import { isFieldName } from '../../http/field.ts';
import { quoted } from '../../lib/quoted.ts';
import { claimAt } from '../../slots/auth/claims/claim-at.ts';
import { written } from '../written.ts';
import type { Source } from './config-parts.ts';
import type { HeaderPlan } from './header-plan.ts';
import { headerText } from './header-text.ts';

/** Puts claims into headers for the backend. The client's own headers of these names never pass. */
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
