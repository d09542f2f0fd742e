import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from '../../http/middleware.ts';
import { onWayBack } from '../../slots/way-back.ts';

/** A header line that is added behind the lines that an answer has. */
export type AddedHeader = readonly [name: string, value: string];

/** The header lines of an answer before lines were added for the case that it is a refusal. */
interface Before {
  readonly res: ServerResponse;
  readonly lines: ReadonlyMap<string, string[]>;
}

const inFront = new WeakMap<IncomingMessage, Before>();

/** Adds lines to an answer that may be a refusal, because no stage sees refusals. */
export function addInFront(
  req: IncomingMessage,
  res: ServerResponse,
  added: readonly AddedHeader[],
): void {
  const lines = new Map(added.map(([name]) => [name, linesOf(res, name)]));
  inFront.set(req, { res, lines });
  for (const [name, value] of added) res.setHeader(name, [...linesOf(res, name), value]);
}

/** Adds lines to answers of the upstream, behind the upstream's own. */
export function addOnWayBack(added: readonly AddedHeader[]): Middleware {
  return onWayBack({
    head(req, head) {
      takeBack(req);
      for (const [name, value] of added) head.add(name, value);
    },
  });
}

/**
 * Takes the lines of `addInFront` back. Some headers of the upstream would replace them, and others would
 * stand beside them.
 */
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
