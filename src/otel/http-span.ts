import type { IncomingMessage } from 'node:http';
import { type Context, createContextKey, type Span, SpanKind, trace } from '@opentelemetry/api';
import { ATTRIBUTE } from './attributes.ts';

/** A request as Express has it. */
interface RoutedRequest extends IncomingMessage {
  readonly baseUrl?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * What instrumentation of HTTP leaves in the context for code that knows the route (`@opentelemetry/core`).
 */
interface RpcMetadata {
  readonly type?: unknown;
  route?: string;
  readonly span?: Span;
}

const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA');

/** Sets the route on the span of the HTTP request, if there is one, and names the span after it. */
export function nameHttpSpan(ambient: Context, req: RoutedRequest): void {
  const metadata = ambient.getValue(RPC_METADATA) as RpcMetadata | undefined;
  const span = metadata?.type === 'http' ? metadata.span : serverSpanIn(ambient);
  if (span?.isRecording() !== true) return;
  const route = routeOf(req);
  if (route === undefined) return;
  // Instrumentation of HTTP reads it at the end. That of Express may have set another route before.
  if (metadata !== undefined) metadata.route = route;
  span.setAttribute(ATTRIBUTE.route, route);
  span.updateName(`${req.method} ${route}`);
}

/** The active span where it is one of an incoming request: SDKs tell the kind of a span, the API does not. */
function serverSpanIn(ambient: Context): Span | undefined {
  const span = trace.getSpan(ambient) as (Span & { readonly kind?: SpanKind }) | undefined;
  return span?.kind === SpanKind.SERVER ? span : undefined;
}

/**
 * The route: the path at which the router is mounted, and the path of the endpoint in it; undefined where it
 * cannot be told without values of the client. Parameters have their names in place of their values. The
 * mount is in lower case, because clients may spell it in any way.
 */
function routeOf({ baseUrl = '', url = '', params = {} }: RoutedRequest): string | undefined {
  const segments = baseUrl.split('/').map(decoded);
  for (const [name, value] of Object.entries(params)) {
    const at = segments.indexOf(String(value));
    if (at < 0) return undefined;
    segments[at] = `:${name}`;
  }
  const mount = baseUrl.split('/').map((raw, i) => {
    const segment = segments[i] as string;
    return segment.startsWith(':') ? segment : raw.toLowerCase();
  });
  const path = url.replace(/[?#].*/s, '').replace(/\/$/, '');
  return mount.join('/') + path || '/';
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
