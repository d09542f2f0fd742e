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

/** How `otel()` uses the spans of others: as parents of its own, or as links. */
export type ParentMode = 'remote' | 'link';

/** The place of a span: its parent, and its links. */
export interface Placement {
  /** The context with the parent in it, if any. */
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
 * Finds the parent of a message's span: the span in its `_meta`, else the active span, else the span in the
 * headers. A span that gives way to that of `_meta` becomes a link. With `'link'`, a span from outside is a
 * link only.
 *
 * @see OpenTelemetry, conventions for MCP, "Context propagation"
 */
export function placementOf({ ambient, headers, meta }: Surroundings, mode: ParentMode): Placement {
  const bare = withoutSpan(ambient);
  const active = validIn(ambient);
  const ofHeaders = active ? undefined : propagation.extract(bare, headers, defaultTextMapGetter);
  // Other entries, such as baggage, stay those of the headers where `_meta` has none.
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

/** The context without a span. One that has none is kept, because a change makes a copy. */
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

/** Links to each of these spans that is there, once, and not to the parent. */
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
