import type { Dispatcher } from 'undici';
import type { UpstreamRequest } from '../engine.ts';
import type { UndiciUpstream } from './undici-upstream.ts';

/** A request as undici takes it; `piece` is its body, where that goes in one piece. */
export function dispatchOptions(
  upstream: UndiciUpstream,
  request: UpstreamRequest,
  piece: Buffer | undefined,
): Dispatcher.DispatchOptions & { readonly headers: string[] } {
  const { hostname, byProxy } = upstream;
  const { method, fresh, path = upstream.path } = request;
  return {
    path: byProxy === undefined ? path : byProxy.origin + path,
    method: method as Dispatcher.HttpMethod,
    headers: fieldsOf(upstream, request),
    body: piece ?? null,
    // As Node's agent does without keep-alive: the upstream may close the connection.
    reset: fresh,
    // For undici only a name that must stay the same: the connection is open, and its certificate is checked.
    servername: hostname,
  } as Dispatcher.DispatchOptions & { readonly headers: string[] };
}

/** `host` first, then what the request brings, but for what frames its body. */
function fieldsOf({ byProxy, host }: UndiciUpstream, request: UpstreamRequest): string[] {
  const { headers } = request;
  const lines = ['host', request.host ?? host];
  for (const name in headers) {
    if (name === 'content-length') continue;
    const value = headers[name];
    if (Array.isArray(value)) for (const one of value) lines.push(name, one);
    else if (value !== undefined) lines.push(name, String(value));
  }
  if (byProxy?.authorization !== undefined)
    lines.push('proxy-authorization', byProxy.authorization);
  return lines;
}
