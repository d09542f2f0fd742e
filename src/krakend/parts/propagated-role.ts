import type { GatewayContext } from '../../gateway-context.ts';
import { isFieldName } from '../../http/field.ts';
import type { Source } from './config-parts.ts';
import type { HeaderPlan } from './header-plan.ts';
import { headerText } from './header-text.ts';

/** The role that KrakenD writes where an endpoint takes every key. */
const ANY = 'ANY';

/** Puts the role of an API key into a header for the backend; the client's own header never passes. */
export function propagateRole(
  { group: [endpoint], service, serviceNotes }: Source,
  plan: HeaderPlan,
): void {
  const { roles } = endpoint.extra['auth/api-keys'] ?? {};
  const { propagate_role: header = '' } = service['auth/api-keys'] ?? {};
  if (roles === undefined || !isFieldName(header)) return;
  if (!plan.forwards(header)) {
    serviceNotes
      .at('auth/api-keys')
      .at('propagate_role')
      .warn(`KrakenD would not send ${header}: it is not in input_headers`);
  }
  plan.setOfCaller(header, ({ principal }: GatewayContext) => {
    if (roles.length === 0) return ANY;
    return headerText(principal?.scopes?.find((role) => roles.includes(role)));
  });
}
