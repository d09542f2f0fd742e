import { Chains } from './chain.ts';
import { chain } from './http/chain.ts';
import type { Middleware } from './http/middleware.ts';
import { serveDocument } from './http/serve-document.ts';
import type { Kept } from './kept.ts';
import { comparablePath, metadataUrls, rootMetadataUrl } from './oauth/metadata-url.ts';
import { claimRoot, releaseRoot } from './oauth/root-metadata.ts';
import type { Plan } from './read-config.ts';
import { type RelayPlan, relaySettings, targetsOf } from './relay/options.ts';
import { relay } from './relay/relay.ts';
import type { RelaySettings } from './relay/relay-settings.ts';
import { relayedRoutes } from './relayed-routes.ts';
import { metadataWarningOf } from './slots/auth/metadata-warning.ts';
import { UpstreamMetadata } from './slots/auth/upstream-metadata.ts';
import { targetStatesOf } from './slots/balance/target-states.ts';
import { holdBody } from './slots/body-limit/hold.ts';
import { hopOf } from './slots/head.ts';
import { OWN_CREDENTIALS } from './slots/own-credentials.ts';
import { upstreamCors } from './slots/upstream-cors.ts';
import { onWayBack } from './slots/way-back.ts';
import { inOrderOfUse } from './targets/in-order-of-use.ts';
import type { Target } from './targets/target.ts';
import type { TargetState } from './targets/target-state.ts';

/** One of the router's paths, and what a request for it goes through. */
export interface Route {
  readonly path: string;
  readonly run: Middleware;
  /** Whether the path counts from the root of the host, not from where the router is mounted. */
  readonly isAtRoot?: boolean;
}

/** Kept, because it remembers where the upstream says that its metadata is. */
function upstreamMetadataOf(
  { handler }: RelayPlan,
  targets: readonly Target[],
  states: readonly TargetState[],
  publicUrl: URL,
  kept: Kept,
): UpstreamMetadata {
  const hop = hopOf(kept);
  const inOrder = () => inOrderOfUse(states);
  const make = () => new UpstreamMetadata(targets, inOrder, publicUrl, hop, handler === undefined);
  return kept.of(['upstream metadata', publicUrl.href, ...targets], make);
}

function claimRootFor(publicUrl: URL, kept: Kept): void {
  const [url, resource] = [rootMetadataUrl(publicUrl).href, publicUrl.href];
  kept.of(
    ['root metadata', url, resource],
    () => claimRoot(url, resource),
    () => releaseRoot(url, resource),
  );
}

/** Builds the endpoint, and what else the router serves. */
export function buildRoutes(plan: Plan, kept: Kept): Route[] {
  const { slots, metadata } = plan;
  const targets = targetsOf(plan.relay, kept);
  const [target] = targets;
  const hop = hopOf(kept);
  const createHold = plan.relay.followsRedirects ? holdBody : undefined;
  const chains = new Chains(kept);

  const states = targetStatesOf(plan.relay, slots.balance?.breaker, kept);
  const upstreamMetadata =
    metadata !== undefined && metadata.document === undefined
      ? upstreamMetadataOf(plan.relay, targets, states, metadata.publicUrl, kept)
      : undefined;
  const warnOfMetadata = metadata && metadataWarningOf(metadata.warning, kept);
  const challenges = upstreamMetadata?.stage((req) => warnOfMetadata?.(req));
  const relayTo = (pathAt?: RelaySettings['pathAt']) =>
    chain([
      challenges && onWayBack(challenges),
      upstreamCors(slots.cors === undefined),
      onWayBack(OWN_CREDENTIALS),
      relay({ ...relaySettings(plan.relay), hop, target, createHold, ...(pathAt && { pathAt }) }),
    ]);

  const routes: Route[] = relayedRoutes(plan, kept).map((route) => {
    const { path, slots, first, between, last, pathAt } = route;
    const behind = chain([last, relayTo(pathAt)]);
    return { path, run: chain([first, chains.through(slots, 'relay', behind, between)]) };
  });
  if (metadata !== undefined) {
    const { document, publicUrl, root } = metadata;
    if (root) claimRootFor(publicUrl, kept);
    const serve = upstreamMetadata?.serve ?? serveDocument(async () => document);
    // Every client may read the document. Where the gateway asks the upstream for it, only clients that these
    // slots let through to the upstream may cause that.
    const { observe, turn, head, draining, hosts, ipFilter, rateLimit } = slots;
    const guards = upstreamMetadata && { head, draining, hosts, ipFilter, rateLimit };
    const open = chains.through({ observe, turn }, 'metadata', serve);
    const guarded = chains.through({ observe, turn, ...guards }, 'metadata', serve);
    // A preflight asks nothing of the upstream.
    const run: Middleware = (req, res, next) =>
      (req.method === 'OPTIONS' ? open : guarded)(req, res, next);
    for (const { pathname } of metadataUrls(publicUrl, root)) {
      routes.push({ path: comparablePath(pathname), isAtRoot: true, run });
    }
  }
  return routes;
}
