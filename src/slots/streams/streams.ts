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
  /** Of one user; where there is none, of one address. Default: any number. */
  readonly perUser?: number | false;
  /** From one address; of IPv6, from one /56. Default: any number. */
  readonly perIp?: number | false;
  /** In all. Default: any number. */
  readonly total?: number | false;
}

/** How to tell for whom streams are counted. */
const KEYS: Readonly<Record<keyof StreamOptions, (context: RequestContext) => string>> = {
  perUser: (context) => `perUser ${userKey(context)}`,
  perIp: ({ ip }) => `perIp ${addressKey(ip)}`,
  total: () => 'total',
};

const NAMES = Object.keys(KEYS) as (keyof StreamOptions)[];

/** When another may have ended. */
const RETRY_AFTER_SECONDS = '10';

/** One of the bounds: how many, and of whom. */
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
 * Refuses with 429 what would open one event stream too many: a GET, or a subscription of the modern
 * era. A call that is answered with a stream ends with it, and is none of them.
 *
 * @param mayOpen - Whether what passes counts as open.
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
 * Told before anything goes upstream: an answer that is a stream is no reason to take a call back. Of
 * a POST the header tells; servers of the modern era refuse one that does not say what the body says.
 */
function asksForStream({ req: { method, headers }, legacy }: RequestContext): boolean {
  // There a message is answered on the stream that is open already.
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
  // The address stands for a user that is not there.
  goesByAddress: (caps, { identity }) =>
    caps.some(({ kind }) => kind === 'perIp' || (kind === 'perUser' && !identity.isAsked)),
  build: (caps, kept) => capStreams(caps, openStreamsOf(kept)),
  rehearse: (caps, kept) => capStreams(caps, openStreamsOf(kept), false),
};

/** What a gateway counts, whatever its caps are. */
export function openStreamsOf(kept: Kept): OpenStreams {
  return kept.of(['streams'], () => new OpenStreams());
}
