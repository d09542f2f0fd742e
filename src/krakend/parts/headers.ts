import type { GatewayContext } from '../../gateway-context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { readAddress } from '../../lib/address.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import type { HeaderRules } from '../../slots/headers/header-rules.ts';
import { applyMartian } from '../martian/apply.ts';
import type { BackendUrl } from '../martian/backend-url.ts';
import { written } from '../written.ts';
import { addOnWayBack } from './added-headers.ts';
import { answerHeadersOf } from './answer-headers.ts';
import { propagateClaims } from './claims.ts';
import type { Source } from './config-parts.ts';
import { credentialsOf } from './credentials.ts';
import { forwardedOf } from './forwarded.ts';
import { HeaderPlan } from './header-plan.ts';
import { propagateRole } from './propagated-role.ts';
import { renamesOf } from './renamed-headers.ts';

/** The header options of a gateway. */
export interface Headers {
  readonly headers: HeaderRules;
  /** The plan that they came from. */
  readonly plan: HeaderPlan;
  /**
   * Middlewares that change answers in ways that rules cannot express; the one that runs last is the first.
   */
  readonly use: readonly Middleware[];
}

/** Reads everything that is about headers; modifiers may change the URL of the backend too. */
export function headersOf(
  source: Source,
  schemes: readonly AuthenticationScheme[] | undefined,
  url: BackendUrl,
): Headers {
  const [{ backend }] = source.group;
  const plan = new HeaderPlan(forwardedOf(source, schemes));
  plan.set('X-Forwarded-For', callerAddress);
  plan.set('X-Forwarded-Host', askedHost);
  propagateClaims(source, plan);
  propagateRole(source, plan);
  const { 'modifier/martian': martian, 'auth/client-credentials': credentials } = backend.extra;
  const modifiers = martian === undefined ? undefined : applyMartian(martian, plan, url);
  if (credentials !== undefined) {
    const place = backend.extraNotes.at('auth/client-credentials');
    const value = credentialsOf(place, credentials);
    if (value !== undefined) plan.set('Authorization', value);
  }
  const { always, added, removed } = answerHeadersOf(source);
  for (const name of removed) plan.removeFromAnswer(name);
  for (const [name, value] of Object.entries(always)) plan.setInAnswer(name, value);
  const renames = renamesOf(source, plan, added);
  const adding = added.length === 0 ? undefined : addOnWayBack(added);
  const use = [adding, renames, modifiers].filter((own) => own !== undefined);
  return { headers: plan.rules(), plan, use };
}

const callerAddress = written(({ ip }: GatewayContext) => readAddress(ip)?.text ?? ip, {
  text: "({ ip }) => ip.replace(/^::ffff:(?=[\\d.]+$)/, '')",
});

const askedHost = written(({ headers }: GatewayContext) => headers.host, {
  text: '({ headers }) => headers.host',
});
