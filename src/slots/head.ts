import type { IncomingMessage } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { ErrorReason } from '../errors.ts';
import { foldFieldName } from '../http/field.ts';
import { isChunkedExactly } from '../http/framing.ts';
import { closeBehindBody, isAfterLastRequest, makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { ViaHop } from '../http/via-hop.ts';
import type { Kept } from '../kept.ts';
import { isSingleton } from '../mcp/header-names.ts';
import type { Slot } from './slot.ts';

/** How many header lines Node keeps where `server.maxHeadersCount` is not set. */
const DEFAULT_MAX_HEADERS = 1000;

/**
 * Refuses a head that two readers could understand differently: one that Node may have truncated
 * (it drops what is over `maxHeadersCount`, CVE-2026-58044), a repeated singleton, a transfer coding
 * other than `chunked`, a version that is not HTTP/1.1 or 1.0. A request behind the last one of its connection gets no answer at all.
 *
 * @param hop - The gateway, if it relays requests: a request that has passed it before is refused.
 */
export function headLimits(hop?: ViaHop): Middleware {
  return function headLimitsMiddleware(req, res, next) {
    if (isAfterLastRequest(req, res)) return;
    // If no listener takes an upgrade, Node drops the bytes behind the head, but not those that come later:
    // they would be a request (CVE-2026-2833 is the same mistake elsewhere).
    if (req.headers.upgrade !== undefined) makeLastRequest(req, res);
    const reason = judgeHead(req) ?? (hop?.isLoop(req.headers.via) ? 'loop_detected' : undefined);
    if (reason === undefined) {
      next();
      return;
    }
    closeBehindBody(req, res);
    answerError(req, res, reason);
  };
}

function judgeHead(req: IncomingMessage): ErrorReason | undefined {
  if (req.httpVersion !== '1.1' && req.httpVersion !== '1.0') return 'invalid_request';
  const lines = req.rawHeaders;
  if (lines.length / 2 >= headerLimit(req)) return 'head_too_large';
  const seen = new Set<string>();
  for (let i = 0; i < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    if (name === 'transfer-encoding') {
      const value = lines[i + 1] as string;
      const allowed = req.httpVersion === '1.1' && isChunkedExactly(value) && !seen.has(name);
      if (!allowed) return 'invalid_request';
      seen.add(name);
    } else if (isSingleton(name)) {
      const folded = foldFieldName(name);
      if (seen.has(folded)) return 'repeated_header';
      seen.add(folded);
    }
  }
  return undefined;
}

function headerLimit(req: IncomingMessage): number {
  const { server } = req.socket as { server?: { maxHeadersCount?: number | null } };
  const limit = server?.maxHeadersCount ?? DEFAULT_MAX_HEADERS;
  return limit === 0 ? Number.POSITIVE_INFINITY : limit;
}

/** The gateway as other servers on the way of a request know it, by `Via`. */
export function hopOf(kept: Kept): ViaHop {
  return kept.of(['hop'], () => new ViaHop());
}

/** The slot. */
export const head: Slot<object, object, 'head'> = {
  name: 'head',
  options: [],
  read: () => ({}),
  build: (_settings, kept) => headLimits(hopOf(kept)),
};
