import type { IncomingHttpHeaders } from 'node:http';
import { createUpstream } from '../../../examples/demo/upstream.ts';
import { serve } from '../../support/servers.ts';
import { createWaitingSurface } from './waiting-surface.ts';

/** The head of a request. */
export interface Heard {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Both eras on the official SDK; `heard` is every request that reached it, in order. */
export async function startHeardServer(): Promise<{
  readonly url: string;
  readonly heard: readonly Heard[];
}> {
  const heard: Heard[] = [];
  const upstream = createUpstream(() => createWaitingSurface(() => upstream.announceTools()));
  const { port } = await serve((req, res) => {
    heard.push({ method: req.method ?? '', headers: req.headers });
    upstream.app(req, res);
  });
  return { url: `http://127.0.0.1:${port}/mcp`, heard };
}
