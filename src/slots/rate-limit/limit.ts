import type { IncomingMessage } from 'node:http';
import type { Store } from 'express-rate-limit';
import type { GatewayContext } from '../../gateway-context.ts';
import type { McpMethod } from '../../mcp/http-methods.ts';
import type { Duration } from '../../options/duration.ts';
import type { MessageMatch } from '../message-match.ts';
import type { PolicyContext } from '../policies/policy.ts';

/** What a function of a limit goes by. */
export interface LimitContext<Req extends IncomingMessage = IncomingMessage>
  extends GatewayContext<Req> {
  /** The message, where the body was read. */
  readonly mcp: PolicyContext<Req>['mcp'] | undefined;
}

/** By what callers are told apart; a function gives the text by which it does. */
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
   * For whom it is counted: for each address (`'ip'`; of IPv6, each /56), user, session, tool, or
   * whatever a function says; for several, each combination. Where there is no user or no session, the
   * address stands for it. One by tool counts calls of tools alone. Default: `'ip'`.
   */
  readonly by?: LimitKey<Req> | readonly LimitKey<Req>[];
  /** Counts messages, or requests, that match, and nothing else. Default: all requests. */
  readonly match?: LimitMatch;
  /**
   * For how many a message counts: a whole number, from a function also 0 for not at all. A request
   * that counts for more than the limit, or for more than 10,000, is refused. A store other than the default is
   * asked as many times. Default: 1.
   */
  readonly weight?: number | ((ctx: PolicyContext<Req>) => number);
  /**
   * Its name in the `RateLimit` headers, and to its store, in which limits of one name count together.
   * Default: made of `by` and the time; to the store, of all its terms.
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
   * So much of it. A function says it for each caller, by a plan for instance: a whole number, 0 for nothing
   * at all, `Infinity` for no limit.
   */
  readonly limit: number | ((ctx: LimitContext<Req>) => number);
  /** The time, which begins with the first request: `'1m'`. */
  readonly window: Duration;
  /** Where it is counted, one of those for express-rate-limit. Default: in this process. */
  readonly store?: Store;
  /** Of a {@link TokenBucket}. */
  readonly burst?: never;
  /** Of a {@link TokenBucket}. */
  readonly refill?: never;
}

/**
 * A token bucket: how much may be asked for at once, and how fast it comes back. No caller can ask for twice as
 * much around the end of a window. It is counted in this process.
 */
export interface TokenBucket<Req extends IncomingMessage = IncomingMessage>
  extends LimitTerms<Req> {
  /** So much at once. */
  readonly burst: number;
  /** How much comes back, bit by bit, in which time: `{ amount: 5, every: '1s' }`. */
  readonly refill: { readonly amount: number; readonly every: Duration };
  /** Of a {@link WindowLimit}. */
  readonly limit?: never;
  /** Of a {@link WindowLimit}. */
  readonly window?: never;
  /** Of a {@link WindowLimit}. */
  readonly store?: never;
}

/** How much may be asked for, and how fast. */
export type Limit<Req extends IncomingMessage = IncomingMessage> =
  | WindowLimit<Req>
  | TokenBucket<Req>;
