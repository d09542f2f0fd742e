import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { contextOf } from '../../context.ts';
import type { Target } from '../../targets/target.ts';
import type { RelaySettings } from '../relay-settings.ts';
import { upstreamHeaders } from './headers.ts';

/** Where a request goes, and its header fields. */
export interface OutgoingHead {
  readonly target: Target;
  /** Undefined: the target's own. */
  readonly path: string | undefined;
  /** Undefined: that of the target. */
  readonly host: string | undefined;
  readonly headers: OutgoingHttpHeaders;
}

/** What the client can do where its query cannot be sent on. */
export const NOT_ENCODED: string =
  "The query has a character that cannot be sent on; percent-encode all but letters, digits and '-._~'";

/**
 * What the slots have made of a request.
 *
 * @param length - The length of its body; undefined where it is not known.
 * @returns Undefined where its query cannot be sent on.
 * @throws {Error} where it has a header that would be lost on the way.
 */
export function outgoingHead(
  req: IncomingMessage,
  { target: only, hop, pathAt }: Pick<RelaySettings, 'target' | 'hop' | 'pathAt'>,
  length: number | undefined,
): OutgoingHead | undefined {
  const { lease, headerEdits } = contextOf(req);
  const target = lease?.target ?? only;
  const path = pathAt?.(target, req);
  if (pathAt !== undefined && path === undefined) return undefined;
  const headers = upstreamHeaders(req, headerEdits, hop);
  if (req.method === 'POST' && length !== undefined) headers['content-length'] = length;
  const host = headerEdits.findLast((edits) => edits.host !== undefined)?.host;
  return { target, path, host, headers };
}
