import type { IncomingMessage } from 'node:http';
import { chainSlots, compileSlots, SLOTS, type Slots, withStep } from './chain.ts';
import type { GatewayConfig } from './config.ts';
import { contextOf } from './context.ts';
import { chain } from './http/chain.ts';
import type { Middleware } from './http/middleware.ts';
import { serveDocument } from './http/serve-document.ts';
import { ViaHop } from './http/via-hop.ts';
import { readLegacySse } from './legacy-sse/options.ts';
import { comparablePath, metadataUrl } from './oauth/metadata-url.ts';
import type { ConfigProblems } from './options/config-problems.ts';
import { DEFAULT_PATH, readPath } from './options/path.ts';
import { readPublicUrl } from './options/public-url.ts';
import { RELAY_OPTIONS, type RelaySetup, readRelayOptions } from './relay/options.ts';
import { relay } from './relay/relay.ts';
import type { RelaySettings } from './relay/relay-settings.ts';
import { type Identity, readIdentity } from './slots/auth/identity.ts';
import { readResourceDocument } from './slots/auth/resource-document.ts';
import { UpstreamMetadata } from './slots/auth/upstream-metadata.ts';
import { corsOfAnswers } from './slots/cors.ts';
import type { Drain } from './slots/draining.ts';
import { injectHeaders } from './slots/headers/headers.ts';
import { allowedMethods } from './slots/methods.ts';
import { readSessions } from './slots/sessions/options.ts';
import type { OwnedSessions } from './slots/sessions/owned-sessions.ts';
import type { EndpointOf } from './slots/sessions/sessions.ts';
import { onWayBack } from './slots/way-back.ts';
import { metadataWarning } from './warnings/metadata.ts';

/** One of the router's paths, and what a request for it goes through. */
export interface Route {
  readonly path: string;
  readonly run: Middleware;
  /** Whether the path counts from the root of the host, not from where the router is mounted. */
  readonly isAtRoot?: boolean;
}

/** The endpoint, and what else the router serves. */
export type Routes = [endpoint: Route, ...others: Route[]];

/** All options: those of the slots, and those of what is around them. */
const OPTIONS = new Set<string>([
  ...RELAY_OPTIONS,
  'path',
  'publicUrl',
  'legacySse',
  'onError',
  ...SLOTS.flatMap(({ options }) => options),
]);

function markAsMessage(sessionOf: (url: string) => string | undefined): Middleware {
  return function markAsMessageMiddleware(req, _res, next) {
    contextOf(req).legacyMessage = { session: sessionOf(req.url ?? '') };
    next();
  };
}

/** Reads the whole configuration. */
export function compileRoutes(
  problems: ConfigProblems,
  config: GatewayConfig,
  drain: Drain,
): Routes {
  problems.root(config, [...OPTIONS]);
  const { path = DEFAULT_PATH, auth = false, onError = false } = config;
  const { legacySse = false, denyAs = 'jsonrpc', cors } = config;
  const endpoint = readPath(problems, 'path', path);
  const publicUrl = readPublicUrl(problems, config.publicUrl);
  problems.callback('onError', onError);
  const identity = readIdentity(problems, 'auth', auth, publicUrl);
  const sessions = readSessionsOf(problems, config, identity);
  const setup = readRelayOptions(problems, config, endpoint);
  const endpointOf = endpointsOf(setup, endpoint, publicUrl);
  const hop = new ViaHop();
  const { issuers, relaysTokens } = identity;
  const warnOfMetadata =
    publicUrl && (issuers.length > 0 || relaysTokens)
      ? metadataWarning({ publicUrl, path: endpoint, issuers })
      : undefined;
  const slots = compileSlots(problems, config, {
    drain,
    hop,
    publicUrl,
    identity,
    sessions,
    endpointOf,
    timeouts: setup.settings.timeouts,
    warnOfMetadata,
  });

  const upstreamMetadata =
    publicUrl && identity.relaysTokens
      ? new UpstreamMetadata(setup.engineFor(setup.target), setup.target, publicUrl, hop)
      : undefined;
  const challenges = upstreamMetadata?.stage((req) => warnOfMetadata?.(req));
  const common = {
    ...setup.settings,
    hop,
  };
  const relayTo = (url: URL, own: Partial<RelaySettings> = {}) =>
    chain([
      challenges && onWayBack(challenges),
      corsOfAnswers(cors === false),
      relay({ ...common, engine: setup.engineFor(url), target: url, ...own }),
    ]);
  const through = (own: Slots) => chainSlots({ ...slots, ...own }, 'relay');

  const routes: Routes = [{ path: endpoint, run: through({ relay: relayTo(setup.target) }) }];
  if (legacySse !== false) {
    const places = { endpoint, target: setup.target, publicUrl };
    const { streamUrl, endpoints, ...paths } = readLegacySse(problems, legacySse, places);
    const stream = chain([
      // The event with the URL has to be read.
      injectHeaders({ set: { 'Accept-Encoding': 'identity' } }),
      relayTo(streamUrl, { streamEditorOf: endpoints.streamEditorOf }),
    ]);
    const posts: Slots = {
      ...slots,
      methods: allowedMethods(['POST']),
      relay: relayTo(streamUrl, { pathOf: endpoints.pathOf }),
    };
    // Whom the slots in front of it refuse may write to no stream.
    const messages =
      denyAs === 'jsonrpc' ? withStep(posts, 'rateLimit', endpoints.answerOnStream) : posts;
    routes.push(
      { path: paths.path, run: through({ methods: allowedMethods(['GET']), relay: stream }) },
      {
        path: paths.messagePath,
        run: chain([markAsMessage(endpoints.sessionOf), chainSlots(messages, 'relay')]),
      },
    );
  }
  const metadata = upstreamMetadata?.serve ?? ownMetadata(problems, publicUrl, identity);
  if (publicUrl !== undefined && metadata !== undefined) {
    // Anybody may read it. What is asked of the upstream for it, only those whom the upstream would
    // hear of otherwise.
    const { observe, turn, head, draining, hosts, ipFilter, rateLimit } = slots;
    const guards = upstreamMetadata && { head, draining, hosts, ipFilter, rateLimit };
    const open = chainSlots({ observe, turn, metadata }, 'metadata');
    const guarded = chainSlots({ observe, turn, ...guards, metadata }, 'metadata');
    // A preflight asks nobody.
    const run: Middleware = (req, res, next) =>
      (req.method === 'OPTIONS' ? open : guarded)(req, res, next);
    routes.push({ path: comparablePath(metadataUrl(publicUrl).pathname), isAtRoot: true, run });
  }
  return routes;
}

/**
 * What the ids of sessions are unique in: the upstream's URL. Mounts of one upstream have it in common,
 * and so have all processes in front of it. A handler in this process has no URL of its own: it is known
 * by that of the gateway, or by where it is mounted.
 */
function endpointsOf(
  { target, settings: { isInProcess } }: RelaySetup,
  endpoint: string,
  publicUrl: URL | undefined,
): EndpointOf {
  const url = isInProcess ? publicUrl?.href : target.href;
  if (url !== undefined) return () => url;
  return (req: IncomingMessage & { baseUrl?: string }) => (req.baseUrl ?? '') + endpoint;
}

/** A session belongs to a principal, which only the gateway's own authentication finds. */
function readSessionsOf(
  problems: ConfigProblems,
  { sessions }: GatewayConfig,
  { schemes }: Identity,
): OwnedSessions | undefined {
  const isPossible = schemes.length > 0;
  const binding = sessions ?? (isPossible && 'bind');
  if (binding === false) return undefined;
  if (!isPossible)
    problems.add('sessions', binding, 'an `auth` that says who a request comes from');
  return readSessions(problems, 'sessions', binding);
}

function ownMetadata(
  problems: ConfigProblems,
  publicUrl: URL | undefined,
  { issuers, scopes }: Identity,
): Middleware | undefined {
  if (publicUrl === undefined || issuers.length === 0) return undefined;
  const options = { publicUrl, authorizationServers: issuers, scopes };
  const { body } = readResourceDocument(problems, options);
  return serveDocument(async () => body);
}
