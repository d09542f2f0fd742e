import type { IncomingMessage } from 'node:http';
import type { Store } from 'express-rate-limit';
import type { GatewayContext } from '../../gateway-context.ts';
import type { McpMethod } from '../../mcp/http-methods.ts';
import type { Duration } from '../../options/duration.ts';
import type { MessageMatch } from '../message-match.ts';
import type { PolicyContext } from '../policies/policy.ts';

/** What a function of a limit is shown. */
export interface LimitContext<Req extends IncomingMessage = IncomingMessage>
  extends GatewayContext<Req> {
  /** The message, where the body was read. */
  readonly mcp: PolicyContext<Req>['mcp'] | undefined;
}

/** What tells callers apart; a function gives a text for it. */
export type LimitKey<Req extends IncomingMessage = IncomingMessage> =
  | 'ip'
  | 'user'
  | 'session'
  | 'tool'
  | ((ctx: LimitContext<Req>) => string);

/** Which messages, or which requests, a limit is about. */
export interface LimitMatch extends MessageMatch {
  /** The HTTP methods. Only a POST brings messages; a HEAD counts as a GET. Default: all. */
  readonly httpMethod?: McpMethod | readonly McpMethod[];
}

/** What all limits have in common. */
export interface LimitTerms<Req extends IncomingMessage = IncomingMessage> {
  /**
   * What is counted separately: each address (`'ip'`; of IPv6, each /56), user, session, tool, or text that a
   * function gives; for several, each combination. Where there is no user or no session, the address stands
   * for it. A limit by tool counts calls of tools alone. Default: `'ip'`.
   */
  readonly by?: LimitKey<Req> | readonly LimitKey<Req>[];
  /** Counts messages, or requests, that match, and nothing else. Default: all requests. */
  readonly match?: LimitMatch;
  /**
   * How much a message counts for: a whole number, from a function also 0 for not at all. A request that
   * counts for more than the limit, or for more than 10,000, is refused. A store other than the default is
   * asked as many times. Default: 1.
   */
  readonly weight?: number | ((ctx: PolicyContext<Req>) => number);
  /**
   * Its name in the `RateLimit` headers, and in its store, where limits of one name count together. Default:
   * made of `by` and the time; in the store, of all its terms.
   */
  readonly name?: string;
  /**
   * What becomes of a request that cannot be counted, because the store fails, takes too long, or (in
   * this process) has no room: `'deny'` refuses it with 503, `'allow'` lets it pass. Default: `'deny'`.
   */
  readonly onStoreError?: 'allow' | 'deny';
}

/** How much may be asked for in a time. */
export interface WindowLimit<Req extends IncomingMessage = IncomingMessage>
  extends LimitTerms<Req> {
  /**
   * How much: a whole number. A function gives it for each caller, by a plan for instance; it may also give 0
   * for nothing at all, and `Infinity` for no limit.
   */
  readonly limit: number | ((ctx: LimitContext<Req>) => number);
  /** The time, which begins with the first request: `'1m'`. */
  readonly window: Duration;
  /** Where it is counted: a store for express-rate-limit. Default: in this process. */
  readonly store?: Store;
  /** Only for a {@link TokenBucket}. */
  readonly burst?: never;
  /** Only for a {@link TokenBucket}. */
  readonly refill?: never;
}

/**
 * A token bucket: how much may be asked for at once, and how fast it comes back. No caller can ask for twice as
 * much around the end of a window. It is counted in this process.
 */
export interface TokenBucket<Req extends IncomingMessage = IncomingMessage>
  extends LimitTerms<Req> {
  /** How much at once. */
  readonly burst: number;
  /** How much comes back, bit by bit, in which time: `{ amount: 5, every: '1s' }`. */
  readonly refill: { readonly amount: number; readonly every: Duration };
  /** Only for a {@link WindowLimit}. */
  readonly limit?: never;
  /** Only for a {@link WindowLimit}. */
  readonly window?: never;
  /** Only for a {@link WindowLimit}. */
  readonly store?: never;
}

/** How much may be asked for, and how fast. */
export type Limit<Req extends IncomingMessage = IncomingMessage> =
  | WindowLimit<Req>
  | TokenBucket<Req>;
