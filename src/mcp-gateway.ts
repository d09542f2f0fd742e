import type { Router } from 'express';
import type { GatewayConfig } from './config.ts';
import type { DescribedRequest } from './explain/described-request.ts';
import type { Explanation } from './explain/explanation.ts';
import type { GraceOptions } from './options/grace.ts';
import type { TargetStatus } from './slots/balance/target-stats.ts';
import type { ToolPin } from './slots/policies/tool-pin.ts';
import type { GatewayStats } from './stats.ts';

/** How `update()` treats what is under way. */
export interface UpdateOptions {
  /**
   * What becomes of the event streams that would stay open: `'keep'` leaves them as they are; `'end'` ends them
   * between two events, so that clients open them anew. The answer to a call goes on in either case, and so does a
   * stream of the older transport, on which the answers to calls come. Default: `'keep'`.
   */
  readonly streams?: 'keep' | 'end';
}

/**
 * What `createMcpGateway` returns: an Express router that can be given another configuration while it runs,
 * and be taken out of service, as a whole or one target at a time.
 */
export interface McpGateway extends Router {
  /**
   * Gives the gateway another configuration, which holds from the first byte of the next request on; requests
   * under way go on under the configuration that they came under. The router stays the same. What a gateway
   * counts and remembers goes on where its terms are the same: counts of limits with the same name and
   * window, sessions, open streams, bodies, connections, and of each target its breaker, its drain and how it
   * is. An object in an option (`jwt()`, `tokenExchange()`, `toolPinning()`, a store) keeps what it knows if
   * the new configuration has the same object. After `close()` the gateway stays out of service.
   *
   * @param config - All options, as for `createMcpGateway`: what is not there has its default.
   * @throws {GatewayConfigError} with every mistake in `config` or `options`; then nothing has changed.
   */
  update(config: GatewayConfig, options?: UpdateOptions): void;
  /**
   * Takes the gateway out of service: new requests get 503 `draining`, calls finish, event streams
   * that would stay open end between two events. What is still open after `graceMs` (default:
   * 10,000 ms; `Infinity` waits for ever) ends within a second then; a later call sets the time anew.
   * Resolves when nothing is under way any more. Rejects with a `GatewayConfigError` where `graceMs` is no time
   * from 0 on; then nothing has changed.
   */
  close(options?: GraceOptions): Promise<void>;
  /**
   * How the gateway is at the moment, as far as this process knows: what is open, how requests fail, how
   * targets and keys are. It holds no secret. Each call looks at every open request.
   */
  stats(): GatewayStats;
  /**
   * What would become of a request, by all that this process knows at the moment: which slot would decide, what
   * would be sent where, what the client would get. It has no effect: nothing is sent, counted, renewed or fetched, and
   * no observer hears of it. Functions that decide are asked as ever: those of `policies`, `auth`, `rateLimit`,
   * `ipFilter` and `balance`. Those that act are not: `use`, and functions of `headers.set`.
   *
   * @param request - The request: one to the endpoint, or to those of `legacySse`.
   * @returns What would become of it. Rejects with a `TypeError` that names the mistake (`request.method`)
   * for what is no request, with a `RangeError` where its `url` is none of the gateway's, and with an `Error`
   * that names the slot where a function closes the connection, or leaves the request undecided for a minute.
   */
  explain(request: DescribedRequest): Promise<Explanation>;
  /**
   * How the targets are at the moment, as far as this process knows.
   *
   * @returns One row for each URL, in the order of the option `target`.
   */
  targets(): TargetStatus[];
  /**
   * Takes one of several targets out of service: nothing new begins there, its sessions go on. After
   * `graceMs` (default: 10,000 ms; `Infinity` leaves them for ever) they do not exist any more, event streams
   * end between two events, and what is still open ends a few seconds later. A later call sets the time
   * anew.
   *
   * @param url - The target, as configured, normalised, or as `targets()` shows it.
   * @returns Resolves when the time is over and nothing is under way there any more, or with `restore`
   * or `close`; where an update takes the target away, with the last request under way there. Rejects with a `RangeError` where the gateway has no such target, or no other, and with a
   * `GatewayConfigError` where `graceMs` is no time from 0 on; then nothing has changed.
   */
  drain(url: string | URL, options?: GraceOptions): Promise<void>;
  /**
   * Takes a target into service again after `drain`.
   *
   * @param url - The target, as configured, normalised, or as `targets()` shows it.
   * @throws {RangeError} where the gateway has no such target.
   */
  restore(url: string | URL): void;
  /**
   * What `toolPinning` in `policies` knows of the tools, as far as this process knows.
   *
   * @returns One row for each tool, by name; none without such a policy.
   */
  pins(): ToolPin[];
  /**
   * Approves a tool as it was seen last: one that is new or has changed may be called again, one that is gone
   * is forgotten. It is written to the lock file, or to the store, where `toolPinning` has one.
   *
   * @param name - The tool.
   * @param hash - What `seen` says of it in `pins()`. Default: the hash that was seen last.
   * @returns Resolves when that is kept. Rejects with a `RangeError` where no tool of this name is known, or
   * another hash was seen last, and with the cause where it cannot be kept; then nothing has changed.
   */
  approve(name: string, hash?: string): Promise<void>;
}
