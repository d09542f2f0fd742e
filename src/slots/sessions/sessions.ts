import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { Kept } from '../../kept.ts';
import type { NowOrLater } from '../../lib/now-or-later.ts';
import { isThenable } from '../../lib/thenable.ts';
import { sessionIdIn } from '../../mcp/session-id.ts';
import { keyOf } from '../../principal.ts';
import { namesIn } from '../../targets/names.ts';
import { RequestPath } from '../../targets/request-path.ts';
import { valuesKey } from '../../targets/values-key.ts';
import type { Basis } from '../basis.ts';
import { passOrRefuse } from '../pass-or-refuse.ts';
import type { Slot } from '../slot.ts';
import { DescribedUse } from './described-use.ts';
import { MemorySessionStore } from './memory-session-store.ts';
import { readSessions, type SessionOptions, type SessionSettings } from './options.ts';
import { OwnedSessions, SessionPlaces } from './owned-sessions.ts';
import { SessionUse, type SessionUser } from './session-use.ts';

/**
 * Gives the endpoint that a request is for: the upstream makes the ids of sessions, and they are unique
 * there.
 */
export type EndpointOf = (req: IncomingMessage) => string;

/** Gives the owner of a request's sessions; undefined where an owner is needed and missing. */
export type OwnerOf = (context: RequestContext) => string | undefined;

/**
 * Lets a request into a session only for the principal to whom the upstream gave it: for any other caller it
 * does not exist. Sessions are learned from the answers that bring one.
 *
 * @see MCP security best practices, "Session Hijacking"
 */
export function ownSessions(
  sessions: OwnedSessions,
  endpointOf: EndpointOf,
  ownerOf: OwnerOf = principalOf,
  useOf: UseOf = useSessions,
): Middleware {
  return function ownSessionsMiddleware(req, res, next) {
    const context = contextOf(req);
    const owner = ownerOf(context);
    // The slot `auth` in front makes sure that there is one.
    if (owner === undefined) {
      answerError(req, res, 'unauthorized');
      return;
    }
    const user = { owner, endpoint: endpointOf(req) };
    const use = useOf(sessions, context, res, user);
    const named = sessionsNamedBy(context);
    if (named.length === 0) {
      next();
      return;
    }
    passOrRefuse<SessionRefusal>(
      req,
      res,
      next,
      () => refusalOf(use.enter(named)),
      ({ reason, cause }) => answerError(req, res, reason, { cause }),
    );
  };
}

/** Makes what a request does with the sessions that it names. */
type UseOf = (
  sessions: OwnedSessions,
  context: RequestContext,
  res: ServerResponse,
  user: SessionUser,
) => Pick<SessionUse, 'enter'>;

const useSessions: UseOf = (sessions, context, res, user) => {
  const use = new SessionUse(sessions, context, res, user);
  context.addStage(use);
  return use;
};

/** Sessions of a described request are not renewed. */
const lookUp: UseOf = (sessions, context, _res, user) => new DescribedUse(sessions, context, user);

interface SessionRefusal {
  readonly reason: 'session_not_found' | 'store_unavailable';
  readonly cause?: unknown;
}

function refusalOf(entered: NowOrLater<boolean>): NowOrLater<SessionRefusal | undefined> {
  if (!isThenable(entered)) return refusalOfOther(entered);
  return entered.then(refusalOfOther, (cause) => ({ reason: 'store_unavailable', cause }));
}

function refusalOfOther(isOwn: boolean): SessionRefusal | undefined {
  return isOwn ? undefined : { reason: 'session_not_found' };
}

const principalOf: OwnerOf = ({ principal, principalSource }) =>
  principal && keyOf(principal, principalSource);

/** Where the gateway itself identifies no callers, only the target of a session is remembered. */
const noOwner: OwnerOf = () => '';

/**
 * The request's own session comes first. In the older transport it is in the query; a session in a header
 * goes upstream as well.
 */
function sessionsNamedBy({ sessionId, req }: RequestContext): string[] {
  const inHeader = sessionIdIn(req.headers);
  const named = sessionId === inHeader ? [sessionId] : [sessionId, inHeader];
  return named.filter((session) => session !== undefined);
}

/** How many sessions may be on their way from one owner to the next at once. */
const MOST_MOVING = 10_000;

/** What the slot reads from the configuration. */
interface Settings extends SessionSettings {
  /** See {@link endpointOf}. */
  readonly url: string | undefined;
  readonly path: string;
  /** Whether a session belongs to a principal, which only the gateway's own authentication finds. */
  readonly areOwned: boolean;
  /** The target, where there is only one and its URL has names. */
  readonly template: URL | undefined;
}

/** The slot. */
export const sessions: Slot<
  { readonly sessions?: 'bind' | SessionOptions | false },
  Settings,
  'sessions'
> = {
  name: 'sessions',
  options: ['sessions'],
  read(problems, config, { identity, relay, publicUrl, path }: Basis) {
    const areOwned = identity.schemes.length > 0;
    const areSeveral = relay !== undefined && relay.targets.length > 1;
    const value = config.sessions ?? ((areOwned || areSeveral) && 'bind');
    const place = problems.at('sessions');
    if (value === false) {
      if (areSeveral)
        place.add(
          value,
          "'bind' or an object: with several targets, each session has a home",
          'conflict',
        );
      return undefined;
    }
    const isKnown = value === 'bind' || typeof value === 'object';
    if (!areOwned && !areSeveral && isKnown) {
      place.add(value, 'auth besides: without it, a session has no owner', 'conflict');
    }
    const settings = readSessions(place, value);
    if (settings === undefined || relay === undefined || path === undefined) return undefined;
    const isOneUrl = relay.handler === undefined && !areSeveral;
    const [target] = relay.targets;
    const url = isOneUrl ? target.url.href : publicUrl?.href;
    const template = isOneUrl && namesIn(target.url).length > 0 ? target.url : undefined;
    return { ...settings, url, path, areOwned, template };
  },
  build: (settings, kept) => buildSessions(settings, kept, useSessions),
  rehearse: (settings, kept) => buildSessions(settings, kept, lookUp),
};

function buildSessions(settings: Settings, kept: Kept, useOf: UseOf): Middleware {
  const ownerOf = settings.areOwned ? principalOf : noOwner;
  return ownSessions(ownedSessions(settings, kept), endpointOf(settings), ownerOf, useOf);
}

/** What is known of sessions at one moment. */
export interface SessionStats {
  /**
   * How many this process remembers, those included that have expired and were not asked for since. Undefined:
   * a store remembers them.
   */
  readonly known: number | undefined;
}

/** The stats of a gateway with these settings. */
export function sessionStatsOf(settings: SessionSettings, kept: Kept): SessionStats {
  return { known: ownedSessions(settings, kept).known };
}

function ownedSessions({ store, ttlMs, max }: SessionSettings, kept: Kept): OwnedSessions {
  const places = kept.of(['sessions', store], () => {
    // In this process each has a store of its own: an ended session must not take the place of one in use,
    // nor a lock the place of the mark that it is about.
    const place = (most: number) => store ?? new MemorySessionStore(most);
    return new SessionPlaces(place(max), place(max), place(MOST_MOVING));
  });
  kept.onceBuilt(() => {
    for (const place of [places.owners, places.ended]) {
      if (place instanceof MemorySessionStore) place.resize(max);
    }
  });
  return new OwnedSessions(places, ttlMs);
}

/**
 * Gives the endpoint in which the ids of sessions are unique: the upstream's URL. All mounts of one upstream
 * have it in common, and so have all processes in front of it. Several targets, and a handler in this
 * process, have no URL of their own: they are known by the URL of the gateway, or by the path where it is
 * mounted. A session that began under one value of a name in the target does not exist under another.
 */
function endpointOf({ url, path, template }: Settings): EndpointOf {
  if (template !== undefined) {
    const filled = new RequestPath(template, undefined);
    return (req) => template.origin + filled.for(contextOf(req).params);
  }
  return (req: IncomingMessage & { baseUrl?: string }) => {
    const base = url ?? (req.baseUrl ?? '') + path;
    const { params } = contextOf(req);
    return params === undefined ? base : `${base} ${valuesKey(params)}`;
  };
}
