import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext, type TargetLease } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { onceClosed } from '../../http/once-closed.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';
import type { Kept } from '../../kept.ts';
import { callOwn } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { plain } from '../../lib/plain-error.ts';
import { targetsOf } from '../../relay/options.ts';
import { Balancer, type Choice, type NoTarget, type Want } from '../../targets/balancer.ts';
import type { Target } from '../../targets/target.ts';
import type { TargetState } from '../../targets/target-state.ts';
import type { Basis } from '../basis.ts';
import type { Slot } from '../slot.ts';
import { mayStayOpen } from '../standing-stream.ts';
import {
  type BalanceConfig,
  type BalanceKey,
  type BalanceSettings,
  readBalance,
} from './options.ts';
import { targetStatesOf } from './target-states.ts';

/**
 * Chooses the target of each request: for a request of a session, the target where the session lives; for
 * others, by their key, or the less busy of two. A request that no target can take is refused.
 */
export function balanceRequests(
  balancer: Balancer,
  keyOf: BalanceKey | undefined,
  choose: Choose = begin,
): Middleware {
  return function balanceRequestsMiddleware(req, res, next) {
    const context = contextOf(req);
    let want: Want;
    try {
      want = wantOf(context, keyOf);
    } catch (cause) {
      answerError(req, res, 'internal_error', { cause });
      return;
    }
    const chosen = choose(balancer, want);
    if ('target' in chosen) {
      context.lease = chosen;
      onceClosed(req, res, () => chosen.release());
      next();
    } else if (chosen.isGone) {
      const forgotten = context.session?.forget() ?? Promise.resolve();
      void forgotten.then(() => answerError(req, res, 'session_not_found'));
    } else {
      const headers = { 'Retry-After': String(retryAfterSeconds(chosen.retryAfterMs)) };
      const detail = statesOf(balancer.states);
      const cause = new Error(`No target takes the request: ${detail}`);
      answerError(req, res, 'upstream_unavailable', { headers, cause, detail });
    }
  };
}

/** Gives the target of a request. */
type Choose = (balancer: Balancer, want: Want) => ReleasedLease | NoTarget;

interface ReleasedLease extends TargetLease {
  /** Called when the request is over. */
  release(): void;
}

const begin: Choose = (balancer, want) => balancer.choose(want);

/** Chooses a target, but begins nothing there. */
const peek: Choose = (balancer, want) => {
  const found = balancer.peek(want);
  return 'isGone' in found ? found : new DescribedLease(found);
};

/** The target of a request that is only described. */
class DescribedLease implements ReleasedLease {
  readonly target: Target;
  readonly isGoneUnreached: boolean;

  constructor({ target, isPastBreaker }: Choice) {
    this.target = target;
    this.isGoneUnreached = isPastBreaker;
  }

  send(): never {
    throw new Error('A request that is only described is not sent');
  }

  moveOn(): boolean {
    return false;
  }

  release(): void {}
}

/** `2 open, 1 draining`: how many targets are in which state. */
function statesOf(states: readonly TargetState[]): string {
  const byName = Map.groupBy(states, ({ name }) => name);
  return [...byName].map(([name, { length }]) => `${length} ${name}`).join(', ');
}

function wantOf(context: RequestContext, keyOf: BalanceKey | undefined): Want {
  const { session, sessionId, req, legacy } = context;
  // In the older transport a message always belongs to a stream, named or not.
  const isOfSession = sessionId !== undefined || legacy?.leg === 'message';
  return {
    isOfSession,
    home: session?.home,
    key:
      isOfSession || keyOf === undefined
        ? undefined
        : callOwn('balance', () => keyFor(context, keyOf)),
    mayTry: req.method === 'POST' && !mayStayOpen(context),
  };
}

function keyFor(context: RequestContext, keyOf: BalanceKey): string {
  const key: unknown = keyOf(context.view);
  if (typeof key === 'string') return key;
  notAwaited(key);
  throw plain(new TypeError(`The function in balance gave ${typeof key}, not a text`));
}

/** The slot. */
export const balance: Slot<BalanceConfig, BalanceSettings, 'balance'> = {
  name: 'balance',
  options: ['breaker', 'health', 'balance'],
  read: (problems, config, { relay }: Basis) => readBalance(problems, config, relay),
  build: (settings, kept) => buildBalance(settings, kept),
  rehearse: (settings, kept) => buildBalance(settings, kept, peek),
};

function buildBalance(
  { relay, breaker, key }: BalanceSettings,
  kept: Kept,
  choose?: Choose,
): Middleware {
  const states = targetStatesOf(relay, breaker, kept);
  return balanceRequests(new Balancer(states, targetsOf(relay, kept)), key, choose);
}
