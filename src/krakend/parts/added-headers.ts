import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from '../../http/middleware.ts';
import { onWayBack } from '../../slots/way-back.ts';

/** A line of a header that comes after those which an answer has. */
export type AddedHeader = readonly [name: string, value: string];

/** What an answer had before lines were added for the case that it is a refusal. */
interface Before {
  readonly res: ServerResponse;
  readonly lines: ReadonlyMap<string, string[]>;
}

const inFront = new WeakMap<IncomingMessage, Before>();

/** Adds lines to an answer that may be a refusal, which no stage sees. */
export function addInFront(
  req: IncomingMessage,
  res: ServerResponse,
  added: readonly AddedHeader[],
): void {
  const lines = new Map(added.map(([name]) => [name, linesOf(res, name)]));
  inFront.set(req, { res, lines });
  for (const [name, value] of added) res.setHeader(name, [...linesOf(res, name), value]);
}

/** Adds them to answers of the upstream, after its own. */
export function addOnWayBack(added: readonly AddedHeader[]): Middleware {
  return onWayBack({
    head(req, head) {
      takeBack(req);
      for (const [name, value] of added) head.add(name, value);
    },
  });
}

/** What is in front would be replaced by some headers of the upstream, and stay beside others. */
function takeBack(req: IncomingMessage): void {
  const before = inFront.get(req);
  if (before === undefined) return;
  inFront.delete(req);
  const { res, lines } = before;
  for (const [name, own] of lines) {
    if (own.length === 0) res.removeHeader(name);
    else res.setHeader(name, own);
  }
}

function linesOf(res: ServerResponse, name: string): string[] {
  return [res.getHeader(name) ?? []].flat().map(String);
}
