import type { RequestContext } from '../../context.ts';
import { callOwn, causeOf } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import { plain } from '../../lib/plain-error.ts';
import { type Settled, settled, settledNow } from '../../lib/settled.ts';
import { inTurns } from '../../lib/turns.ts';
import { UnclearValueError } from '../../mcp/json/unclear.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { PolicyContext } from '../policies/policy.ts';
import { policyContext } from '../policies/policy-context.ts';
import { userKey } from '../user-key.ts';
import { type Charge, Charges } from './charges.ts';
import type { Count } from './count.ts';
import type { Counter, CounterSettings } from './counter.ts';
import { type KeyMaker, keyMaker, namesKeys, StoreKeys } from './keys.ts';
import type { LimitContext, LimitKey } from './limit.ts';
import { LocalCounter } from './local-counter.ts';
import type { Amount } from './read-amount.ts';

/** How much may be counted at once: a store gets as many calls. */
export const MOST_WEIGHT = 10_000;

/** Under how many keys a request may be counted by one limit: each is a call to the store. */
export const MOST_CHARGES = 100;

/** A limit, read. */
export interface LimitSettings extends CounterSettings, Amount {
  /** Where it stands in the configuration. */
  readonly limitPlace: string;
  /** The beginning of its keys, in a store that others may use as well. */
  readonly prefix: string;
  readonly by: readonly LimitKey[];
  /** Where each of `by` stands in the configuration. */
  readonly places: readonly string[];
  /** Whether it is about requests of a method; undefined where it is about all. */
  readonly isOfMethod: ((httpMethod: string | undefined) => boolean) | undefined;
  /** Whether it is about the message; undefined where it is about every request. */
  readonly matches: ((message: McpMessage) => boolean) | undefined;
  readonly weight: number | ((ctx: PolicyContext) => number);
  /** Where `weight` stands in the configuration. */
  readonly weightPlace: string;
  readonly onStoreError: 'allow' | 'deny';
}

/** A charge, and the result of counting it. */
export interface Counted {
  readonly charge: Charge;
  readonly count: Count;
}

/** The result of counting a request's charges. */
export interface Outcome {
  /** Set after a peek where the store cannot tell the result. */
  readonly isUnknown?: boolean;
  /** The charge over the limit with the longest wait; undefined where none is over. */
  readonly over: Counted | undefined;
  /** The charge with the least left, of those for messages that ask for something. */
  readonly tightest: Counted | undefined;
  /** Set where the store failed, or took too long. */
  readonly failure: Settled<Counted>['failure'];
}

/** How many requests a limit has refused. An update that keeps the limit goes on with this count. */
export interface Refusals {
  count: number;
}

/** A limit as it is enforced. */
export class EnforcedLimit {
  readonly name: string;
  /** Whether a request passes that cannot be counted. */
  readonly mayFail: boolean;
  readonly windowSeconds: number;
  /** The limit in words, for a caller who may ask for so much: `100 in 1 minute`. */
  readonly text: (limit: number) => string;
  readonly refusals: Refusals;
  readonly #settings: LimitSettings;
  readonly #counter: Counter;
  readonly #keys: StoreKeys;
  /** Whether a caller can have many keys in this process; other stores keep what they are told. */
  readonly #hasNames: boolean;

  constructor(settings: LimitSettings, counter: Counter, refusals: Refusals) {
    this.refusals = refusals;
    this.name = settings.name;
    this.mayFail = settings.onStoreError === 'allow';
    this.windowSeconds = Math.ceil(settings.windowMs / 1000);
    this.text = settings.text;
    this.#settings = settings;
    this.#counter = counter;
    this.#keys = new StoreKeys(settings.prefix, settings.by);
    this.#hasNames = counter instanceof LocalCounter && settings.by.some(namesKeys);
  }

  /**
   * The charges of a request: for each of its messages, where they were read; no more than one over
   * {@link MOST_CHARGES}.
   */
  chargesOf(context: RequestContext): NowOrLater<readonly Charge[]> {
    const { by, places, isOfMethod, matches } = this.#settings;
    const keys = this.#keys;
    const { mcp, req } = context;
    if (isOfMethod?.(req.method) === false) return [];
    const owner = this.#hasNames ? () => keys.of(userKey(context)) : undefined;
    const charges = new Charges(owner);
    const keyOf = keyMaker(by, context, places);
    const addMessage = (message: McpMessage): boolean => {
      if (charges.size > MOST_CHARGES) return false;
      if (matches?.(message) !== false) charges.add(this.#chargeFor(message, context, keyOf));
      return true;
    };
    return goOn(mcp && inTurns(mcp.messages, addMessage), () => {
      const isMore = mcp === undefined || mcp.responses > 0;
      if (matches === undefined && isMore) charges.add(this.#chargeForRest(context, keyOf));
      return charges.under(keys);
    });
  }

  /** The charge for a request whose message was not read, and for responses. */
  #chargeForRest(context: RequestContext, keyOf: KeyMaker): Charge {
    const { weight } = this.#settings;
    const { mcp, req } = context;
    const own = typeof weight === 'number' ? weight : 1;
    const ctx = () => unreadContext(context);
    return {
      key: keyOf(undefined, ctx),
      limit: this.#limitFor(ctx),
      weight: own * (mcp?.responses ?? 1),
      isForRequests: mcp === undefined && req.method !== 'DELETE',
    };
  }

  #chargeFor(message: McpMessage, context: RequestContext, keyOf: KeyMaker): Charge {
    const { weight, weightPlace } = this.#settings;
    const isForRequests = !isNotification(message);
    let own: PolicyContext | undefined;
    const ctx = () => (own ??= policyContext(context, message));
    try {
      const counted =
        typeof weight === 'number' ? weight : callOwn(weightPlace, () => weightOf(weight(ctx())));
      return {
        key: keyOf(message.name, ctx),
        weight: counted,
        limit: this.#limitFor(ctx),
        isForRequests,
      };
    } catch (error) {
      // The client has written a value that can be read in two ways: that is no mistake of the app's
      // function.
      if (!(causeOf(error) instanceof UnclearValueError)) throw error;
      const weight = Number.POSITIVE_INFINITY;
      return { key: 'unclear', weight, limit: MOST_WEIGHT, isForRequests, isUnclear: true };
    }
  }

  #limitFor(ctx: () => LimitContext): number {
    const { limit, limitPlace } = this.#settings;
    return typeof limit === 'number' ? limit : callOwn(limitPlace, () => limitOf(limit(ctx())));
  }

  /** Counts all charges at once, or none of them where the request has to be refused. */
  count(charges: readonly Charge[]): NowOrLater<Outcome> {
    return goOn(this.#countAll(charges), (all) => this.#settle(all));
  }

  /** What `count` would give; nothing is counted. */
  async peek(charges: readonly Charge[]): Promise<Outcome> {
    const counter = this.#counter;
    const peeked = await settled(
      charges.map(async (charge) => ({ charge, count: await counter.peek(charge) })),
    );
    const values = peeked.values.flatMap(({ charge, count }) => (count ? [{ charge, count }] : []));
    const isUnknown = values.length < peeked.values.length;
    return { ...outcomeOf({ ...peeked, values }), isUnknown };
  }

  #countAll(charges: readonly Charge[]): NowOrLater<Settled<Counted>> {
    const counter = this.#counter;
    if (counter instanceof LocalCounter) {
      return settledNow(charges, (charge) => ({ charge, count: counter.count(charge) }));
    }
    return settled(charges.map(async (charge) => ({ charge, count: await counter.count(charge) })));
  }

  /** Takes back what was counted of a request that is refused. */
  #settle(all: Settled<Counted>): Outcome {
    const outcome = outcomeOf(all);
    const { over, failure } = outcome;
    if (over !== undefined || (failure !== undefined && !this.mayFail)) {
      for (const { charge, count } of all.values) {
        if (!count.isOver) this.#counter.takeBack(charge, count);
      }
    }
    return outcome;
  }
}

function outcomeOf({ values: counted, failure }: Settled<Counted>): Outcome {
  let over: Counted | undefined;
  let tightest: Counted | undefined;
  for (const one of counted) {
    const { charge, count } = one;
    if (count.isOver && !(over && over.count.waitSeconds >= count.waitSeconds)) over = one;
    const isTighter = tightest === undefined || count.remaining < tightest.count.remaining;
    if (charge.isForRequests && isTighter) tightest = one;
  }
  return { over, tightest, failure };
}

/** What functions are told of a request whose message was not read, or is an answer. */
function unreadContext({ principal, ip, headers, req }: RequestContext): LimitContext {
  return Object.freeze({ __proto__: null, mcp: undefined, principal, ip, headers, req });
}

/**
 * Whether a message is a notification. A message that asks for something is a request, even without an id:
 * servers have run such calls.
 */
function isNotification({ id, method }: McpMessage): boolean {
  return id === undefined && method.startsWith('notifications/');
}

function limitOf(value: unknown): number {
  if (value === Number.POSITIVE_INFINITY) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  notAwaited(value);
  throw plain(new TypeError('The `limit` of a limit gives a whole number, or Infinity'));
}

function weightOf(value: unknown): number {
  // A client can write a number that is read as Infinity: too much, but no mistake of the app's function.
  if (value === Number.POSITIVE_INFINITY) return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  notAwaited(value);
  throw plain(new TypeError('The `weight` of a limit gives a whole number'));
}
