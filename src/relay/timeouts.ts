import type { ConfigProblems } from '../options/config-problems.ts';
import { type Duration, readDuration } from '../options/duration.ts';

/** The four timers of a relayed request, all by the wall clock. `false` switches one off. */
export interface TimeoutOptions {
  /** To open a connection to the upstream, name look-up and TLS included. Default: `'5s'`. */
  readonly connect?: Duration | false;
  /**
   * From the request sent whole to the head of the answer read whole; also how long an upstream may
   * refuse to take more of an upload. Not on GET, which may stay silent. Default: `'2m'`.
   */
  readonly response?: Duration | false;
  /**
   * Between bytes of an answer that is not an event stream; also how long a client may refuse to
   * take more of any answer, and how long a request may wait for the answer before it on its
   * connection. Default: `'5m'`.
   */
  readonly idle?: Duration | false;
  /** An event stream in all. Default: `false`. */
  readonly stream?: Duration | false;
}

/** The timers in milliseconds. */
export type Timeouts = Readonly<Record<keyof TimeoutOptions, number | false>>;

const DEFAULTS: Timeouts = { connect: 5_000, response: 120_000, idle: 300_000, stream: false };
const NAMES = ['connect', 'response', 'idle', 'stream'] as const;

/** The part of the option that the slot `timeout` reads, because it needs the messages. */
const CALLS = 'calls';

/** Reads the option; `false` switches all of them off, an object changes those it names. */
export function readTimeouts(
  problems: ConfigProblems,
  options: TimeoutOptions | false = {},
): Timeouts {
  if (options === false) return { connect: false, response: false, idle: false, stream: false };
  const timeouts = { ...DEFAULTS };
  if (problems.keys(options, [...NAMES, CALLS], "{ response: '30s' }")) {
    for (const name of NAMES) {
      const value = options[name];
      if (value === false) timeouts[name] = false;
      else if (value !== undefined) {
        timeouts[name] = readDuration(problems.at(name), value) ?? DEFAULTS[name];
      }
    }
  }
  return timeouts;
}
