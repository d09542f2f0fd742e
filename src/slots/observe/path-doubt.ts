import type { ObservedMessage } from './observer.ts';

/** The methods with which a client begins. */
const FIRST: ReadonlySet<string | undefined> = new Set(['initialize', 'server/discover']);

/** What an answer to these messages says about the configuration of the gateway, if anything. */
export function pathDoubt(
  messages: readonly ObservedMessage[],
  status: number | undefined,
  contentType: string,
): string | undefined {
  if (status !== 404 && status !== 405) return undefined;
  if (!/^text\/html\b/i.test(contentType)) return undefined;
  const isFirst = messages.some(({ method }) => FIRST.has(method));
  return isFirst ? 'the target may have the wrong path' : undefined;
}
