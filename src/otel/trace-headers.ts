import { type Context, propagation } from '@opentelemetry/api';
import { nodeHttp } from '../lib/built-in.ts';
import type { Sending } from '../slots/observe/follower.ts';

/**
 * Puts a context into the headers of a request that goes upstream. It replaces what the client sent, and
 * never stands beside it. Instrumentation of `node:http`, where it is there, puts its own context in that
 * place.
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
    // Most headers are of another length than all of these names, so they are told apart without a copy in
    // lower case.
    if (!replaced.some(({ length }) => length === name.length)) continue;
    if (replaced.includes(name.toLowerCase()) && !isDecided(name)) delete headers[name];
  }
  for (const name of names) headers[name] = injected[name];
}

/** Whether a field can be sent: anything else from a propagator of the app would make the request fail. */
function isField(name: string, value: unknown): boolean {
  try {
    nodeHttp.validateHeaderName(name);
    nodeHttp.validateHeaderValue(name, value as string);
  } catch {
    return false;
  }
  return typeof value === 'string';
}
