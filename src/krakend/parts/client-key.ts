import { quoted } from '../../lib/quoted.ts';
import type { LimitContext } from '../../slots/rate-limit/limit.ts';
import { routeName } from '../endpoints/endpoint-path.ts';
import { written } from '../written.ts';
import type { HeaderPlan } from './header-plan.ts';

/** Gives the key that tells callers apart; undefined where a request has none. */
export type ClientKey = (ctx: LimitContext) => string | undefined;

/** The value of a header: what the gateway puts there, or else what the client sent. */
export function fromHeader(name: string, plan: HeaderPlan): ClientKey {
  const own = plan.ofCaller(name);
  if (own !== undefined) return own;
  const lower = name.toLowerCase();
  const read: ClientKey = ({ req: { headersDistinct: headers } }) => {
    // As in KrakenD, only the first line counts: a client that adds lines of that name is still the same
    // caller.
    const [first = ''] = Object.hasOwn(headers, lower) ? (headers[lower] ?? []) : [];
    return first === '' ? undefined : first;
  };
  EXPRESSIONS.set(read, `clientHeader(ctx, ${quoted(lower)})`);
  return read;
}

/** The value of a parameter of the path. */
export function fromParams(name: string): ClientKey {
  const own = routeName(name);
  return ({ req }) => {
    const { params } = req as { readonly params?: Readonly<Record<string, string>> };
    return params?.[own];
  };
}

/** The expression for a key in a printed program, where `ctx` is about the request. */
const EXPRESSIONS = new WeakMap<ClientKey, string>();

/** A value that is made from a key, with a form for printing where the key has one. */
export function likeKey<T extends object>(
  key: ClientKey,
  value: T,
  textOf: (key: string) => string,
): T {
  const expression = EXPRESSIONS.get(key);
  if (expression === undefined) return value;
  return written(value, { text: `(ctx) => ${textOf(expression)}`, helpers: ['clientHeader'] });
}
