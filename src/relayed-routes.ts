import type { Between, SlotPlans } from './chain.ts';
import type { Middleware } from './http/middleware.ts';
import type { Kept } from './kept.ts';
import type { LegacySseEndpoints } from './legacy-sse/endpoints.ts';
import { type LegacySsePlan, legacySseEndpoints } from './legacy-sse/options.ts';
import type { Plan } from './read-config.ts';
import type { RelaySettings } from './relay/relay-settings.ts';

/** A path whose requests are relayed, and the steps that only its requests pass. */
export interface RelayedRoute {
  readonly path: string;
  readonly slots: SlotPlans;
  /** A step in front of all slots. */
  readonly first?: Middleware;
  /** A step among the slots. */
  readonly between?: Between;
  /** The same for a request that is only described. */
  readonly rehearsedBetween?: Between;
  /** A step behind all slots. */
  readonly last?: Middleware;
  readonly pathAt?: RelaySettings['pathAt'];
}

/** The endpoint, and the two of the older transport where there are some. */
export function relayedRoutes(plan: Plan, kept: Kept): RelayedRoute[] {
  const { path, slots, legacySse, denyAs, relay } = plan;
  const endpoint = { path, slots };
  if (legacySse === undefined) return [endpoint];
  const endpoints = endpointsOf(legacySse, relay.query, kept);
  const stream: RelayedRoute = {
    path: legacySse.path,
    slots: { ...slots, methods: ['GET'] },
    last: endpoints.stream,
    pathAt: endpoints.streamPathAt,
  };
  const messages: RelayedRoute = {
    path: legacySse.messagePath,
    slots: { ...slots, methods: ['POST'] },
    first: endpoints.message,
    pathAt: endpoints.messagePathAt,
    ...(denyAs !== 'http' && answeredOnStream(endpoints)),
  };
  return [endpoint, stream, messages];
}

/**
 * From `rateLimit` on, refusals are answered on the event stream of the session. A client that a slot in
 * front of it refuses must not be able to write to a stream.
 */
function answeredOnStream(
  endpoints: LegacySseEndpoints,
): Pick<RelayedRoute, 'between' | 'rehearsedBetween'> {
  const inFrontOf = 'rateLimit';
  return {
    between: { inFrontOf, step: endpoints.answerOnStream },
    rehearsedBetween: { inFrontOf, step: endpoints.rehearseOnStream },
  };
}

/** Kept, because it knows where the sessions are that have begun. */
function endpointsOf(
  plan: LegacySsePlan,
  forward: readonly string[] | undefined,
  kept: Kept,
): LegacySseEndpoints {
  const { places, messagePath, publicPath } = plan;
  const urls = places.map(({ stream, messages }) => `${stream} ${messages}`).join(' ');
  const terms = [urls, messagePath, publicPath, String(forward)];
  return kept.of(['legacySse', ...terms], () => legacySseEndpoints(plan, forward));
}
