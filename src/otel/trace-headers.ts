import { type Context, propagation } from '@opentelemetry/api';
import { nodeHttp } from '../lib/built-in.ts';
import type { Sending } from '../slots/observe/follower.ts';

/**
 * Puts a context into the headers of a request that goes upstream, in place of what the client sent, and
 * never beside it. Instrumentation of `node:http` puts its own in that place, where it is there.
 */
export function setTraceHeaders({ headers, isDecided }: Sending, context: Context): void {
  const injected: Record<string, string> = {};
  propagation.inject(context, injected);
  const names = Object.keys(injected).filter(
    (name) => !isDecided(name) && isField(name, injected[name]),
  );
  if (names.length === 0) return;
  const replaced = [...propagation.fields(), ...names].map((name) => name.toLowerCase());
  for (const name of Object.keys(headers)) {
    // Most headers are of another length than any of them, and need not be spelled in lower case to tell.
    if (!replaced.some(({ length }) => length === name.length)) continue;
    if (replaced.includes(name.toLowerCase()) && !isDecided(name)) delete headers[name];
  }
  for (const name of names) headers[name] = injected[name];
}

/** What else a propagator of an app gives would fail the request. */
function isField(name: string, value: unknown): boolean {
  try {
    nodeHttp.validateHeaderName(name);
    nodeHttp.validateHeaderValue(name, value as string);
  } catch {
    return false;
  }
  return typeof value === 'string';
}
