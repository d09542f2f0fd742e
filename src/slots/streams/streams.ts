import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { onceClosed } from '../../http/once-closed.ts';
import type { Kept } from '../../kept.ts';
import { addressKey } from '../../lib/address-key.ts';
import { LISTEN_METHOD } from '../../mcp/message/listen-method.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { Slot } from '../slot.ts';
import { userKey } from '../user-key.ts';
import { OpenStreams } from './open-streams.ts';

/** How many event streams may be open at once, in this process. */
export interface StreamOptions {
  /** How many one user may have open; where there is no user, one address. Default: any number. */
  readonly perUser?: number | false;
  /** How many may be open from one address; of IPv6, from one /56. Default: any number. */
  readonly perIp?: number | false;
  /** How many may be open in all. Default: any number. */
  readonly total?: number | false;
}

/** Gives the key under which the stream of a request is counted. */
const KEYS: Readonly<Record<keyof StreamOptions, (context: RequestContext) => string>> = {
  perUser: (context) => `perUser ${userKey(context)}`,
  perIp: ({ ip }) => `perIp ${addressKey(ip)}`,
  total: () => 'total',
};

const NAMES = Object.keys(KEYS) as (keyof StreamOptions)[];

/** By then, another stream may have ended. */
const RETRY_AFTER_SECONDS = '10';

/** One of the limits: how many streams, and whose. */
export interface StreamCap {
  readonly kind: keyof StreamOptions;
  readonly most: number;
}

/** Reads the option. */
export function readStreamCaps(
  problems: ConfigProblems,
  options: StreamOptions,
): readonly StreamCap[] | undefined {
  if (!problems.keys(options, NAMES, '{ perUser: 4 }')) return undefined;
  const caps = NAMES.flatMap((kind) => {
    const most = options[kind] ?? false;
    if (most === false) return [];
    if (!Number.isSafeInteger(most) || most < 1) {
      problems.at(kind).addNumber(most, 'a whole number from 1');
    }
    return [{ kind, most }];
  });
  if (caps.length === 0) problems.add(options, `one of ${NAMES.join(', ')}`);
  return caps;
}

/**
 * Refuses a request with 429 that would open one event stream too many: a GET, or a subscription of the
 * modern era. A call that is answered with a stream does not count, because the stream ends with the call.
 *
 * @param mayOpen - Whether a request that passes counts as an open stream.
 */
export function capStreams(
  caps: readonly StreamCap[],
  streams: OpenStreams,
  mayOpen: boolean = true,
): Middleware {
  return function capStreamsMiddleware(req, res, next) {
    const context = contextOf(req);
    if (!asksForStream(context)) {
      next();
      return;
    }
    const wanted = caps.map(({ kind, most }) => ({ most, key: KEYS[kind](context) }));
    if (wanted.some(({ most, key }) => streams.count(key) >= most)) {
      const headers = { 'Retry-After': RETRY_AFTER_SECONDS };
      answerError(req, res, 'too_many_streams', { headers });
      return;
    }
    if (mayOpen) {
      for (const { key } of wanted) streams.open(key);
      onceClosed(req, res, () => {
        for (const { key } of wanted) streams.close(key);
      });
    }
    next();
  };
}

/**
 * This is decided before anything goes upstream: a call cannot be taken back because its answer is a stream.
 * For a POST the header decides; servers of the modern era refuse a POST whose header does not say what its
 * body says.
 */
function asksForStream({ req: { method, headers }, legacy }: RequestContext): boolean {
  // In the older transport, a message is answered on the stream that is open already.
  if (legacy?.leg === 'message') return false;
  return method === 'GET' || headers['mcp-method'] === LISTEN_METHOD;
}

/** The slot. */
export const streams: Slot<
  { readonly streams?: StreamOptions | false },
  readonly StreamCap[],
  'streams'
> = {
  name: 'streams',
  options: ['streams'],
  read: (problems, { streams: value = false }) =>
    value === false ? undefined : readStreamCaps(problems.at('streams'), value),
  // The address stands for a user where there is none.
  goesByAddress: (caps, { identity }) =>
    caps.some(({ kind }) => kind === 'perIp' || (kind === 'perUser' && !identity.isAsked)),
  build: (caps, kept) => capStreams(caps, openStreamsOf(kept)),
  rehearse: (caps, kept) => capStreams(caps, openStreamsOf(kept), false),
};

/** The open streams of a gateway, counted in the same way under any caps. */
export function openStreamsOf(kept: Kept): OpenStreams {
  return kept.of(['streams'], () => new OpenStreams());
}
