import type { Middleware } from '../http/middleware.ts';
import { onWayBack } from './way-back.ts';

/**
 * Decides about the CORS headers of the upstream: they end here. If the upstream speaks for itself
 * (`isRelayed`), they go back to the client, except those that the app has set.
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
