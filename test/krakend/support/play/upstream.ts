import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { behave } from './behave.ts';
import type { Behaviour } from './expectations.ts';
import { StageServer } from './stage-server.ts';

/** A request as an upstream got it. */
export interface Arrived {
  /** Which of the upstreams, from 0. */
  readonly upstream: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/**
 * An MCP server of a document: it answers each request with a result, and `initialize` with a session as well,
 * unless a step says otherwise.
 */
export class Upstream extends StageServer {
  behaviour: Behaviour = {};

  /** @param arrived - Where requests are kept, in the order of all upstreams. */
  constructor(place: number, arrived: Arrived[], madeAt: Map<string, number>) {
    super((req, res) => {
      const { method = '', url: path = '', headers } = req;
      arrived.push({ upstream: place, method, path, headers });
      text(req).then(
        (body) => {
          const message = parse(body);
          const session = message.method === 'initialize' ? randomUUID() : undefined;
          if (session !== undefined) madeAt.set(session, place);
          behave(res, this.behaviour, {
            headers: {
              'content-type': 'application/json',
              ...(session !== undefined && { 'mcp-session-id': session }),
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: message.id ?? null, result: {} }),
          });
        },
        () => {},
      );
    });
  }
}

function parse(body: string): { readonly id?: unknown; readonly method?: unknown } {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
