import type { IncomingHttpHeaders } from 'node:http';
import {
  type Context,
  defaultTextMapGetter,
  isSpanContextValid,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from '@opentelemetry/api';

/** What `otel()` makes of the spans of others: parents of its own, or links. */
export type ParentMode = 'remote' | 'link';

/** Where a span belongs. */
export interface Placement {
  /** With the parent in it, if any. */
  readonly context: Context;
  readonly links: Link[];
}

/** What a message, and the request that it came with, say of the spans around it. */
export interface Surroundings {
  /** The context in which the request came. */
  readonly ambient: Context;
  readonly headers: IncomingHttpHeaders;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Finds the parent of a message's span: that of its `_meta`, else the active span, else that of the
 * headers. What loses against `_meta` is a link. With `'link'`, what came from outside is a link only.
 *
 * @see OpenTelemetry, conventions for MCP, "Context propagation"
 */
export function placementOf({ ambient, headers, meta }: Surroundings, mode: ParentMode): Placement {
  const bare = withoutSpan(ambient);
  const active = validIn(ambient);
  const ofHeaders = active ? undefined : propagation.extract(bare, headers, defaultTextMapGetter);
  // What is no span, as baggage, stays that of the headers where `_meta` has none.
  const ofMeta = meta && propagation.extract(withoutSpan(ofHeaders ?? bare), meta, MEMBERS);
  const remote = validIn(ofMeta);
  if (mode === 'link') {
    const isLocal = active !== undefined && active.isRemote !== true;
    return {
      context: isLocal ? ambient : bare,
      links: linksTo([remote, validIn(ofHeaders), isLocal ? undefined : active]),
    };
  }
  if (remote !== undefined) {
    return { context: ofMeta as Context, links: linksTo([active, validIn(ofHeaders)], remote) };
  }
  return { context: active ? ambient : (ofHeaders ?? bare), links: [] };
}

/** To change a context is to copy it. */
function withoutSpan(context: Context): Context {
  return trace.getSpan(context) === undefined ? context : trace.deleteSpan(context);
}

/** The span that `_meta` names, if any. */
export function spanIn(meta: Readonly<Record<string, unknown>>): SpanContext | undefined {
  return validIn(propagation.extract(ROOT_CONTEXT, meta, MEMBERS));
}

function validIn(context: Context | undefined): SpanContext | undefined {
  const found = context && trace.getSpanContext(context);
  return found && isSpanContextValid(found) ? found : undefined;
}

/** To each of these that is there, once, and not to the parent. */
function linksTo(spans: readonly (SpanContext | undefined)[], parent?: SpanContext): Link[] {
  const seen = new Set([parent?.spanId]);
  return spans.flatMap((span) => {
    if (span === undefined || seen.has(span.spanId)) return [];
    seen.add(span.spanId);
    return { context: span };
  });
}

/** Reads a carrier that a client has made up: its own members, and of those only texts. */
const MEMBERS = {
  keys: (carrier: Readonly<Record<string, unknown>>): string[] => Object.keys(carrier),
  get(carrier: Readonly<Record<string, unknown>>, key: string): string | undefined {
    const value = Object.hasOwn(carrier, key) ? carrier[key] : undefined;
    return typeof value === 'string' ? value : undefined;
  },
};
