import type { Middleware } from '../http/middleware.ts';
import { onWayBack } from './way-back.ts';

/**
 * What becomes of the CORS headers of the upstream: they end here, or where it speaks for itself
 * (`isRelayed`), they come back but for those that the app has set.
 */
export function upstreamCors(isRelayed: boolean): Middleware {
  return onWayBack({
    head(_req, head) {
      for (const field of head.fields) {
        if (!field.folded.startsWith('access-control-')) continue;
        if (!isRelayed || head.isSet(field.folded)) field.ends = true;
      }
    },
  });
}
