import { contextOf } from '../../context.ts';
import type { GatewayContext } from '../../gateway-context.ts';
import { RequestPath } from '../../targets/request-path.ts';
import type { Notes } from '../notes.ts';
import type { BackendUrl } from './backend-url.ts';

/** The URL of the backend as it is at this step, for one request. */
export function stashOf(
  notes: Notes,
  backend: BackendUrl,
): (ctx: GatewayContext) => string | undefined {
  const urls = new Set(backend.texts);
  if (urls.size > 1) {
    notes.refuse(
      'which of several hosts is taken is not known when headers are set; take this out',
    );
  }
  const [text] = urls;
  if (text === undefined || !URL.canParse(text)) return () => undefined;
  const { forwarded } = backend;
  const path = new RequestPath(new URL(text), forwarded.length > 0 ? forwarded : undefined);
  const [origin] = /^https?:\/\/[^/?]*/.exec(text) ?? [''];
  return ({ req }) => {
    const own = path.for(contextOf(req).params, req.url);
    return own === undefined ? undefined : origin + own;
  };
}
