import type { RequestContext } from '../context.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import { unguarded } from '../mcp/json/guarded.ts';
import { isJsonObject } from '../mcp/json/json-object.ts';
import { comparableId } from '../mcp/message/answers.ts';
import type { McpMessage } from '../mcp/message/message.ts';
import type { PlacedPage } from './pages.ts';

/** How many requests for lists are remembered whose answers may come on another stream. */
const MOST_REQUESTS = 10_000;

/** A request for a list of tools. */
type ListRequest = NonNullable<PlacedPage['request']>;

/**
 * The requests for lists whose answers may come on the stream of a GET: in the older transport, and where a
 * client resumes a stream.
 */
export class KnownRequests {
  readonly #requests = new BoundedMap<string, ListRequest>(MOST_REQUESTS);

  /** Those in a POST, by id. They are remembered where there is a session. */
  note({ mcp, sessionId }: RequestContext): ReadonlyMap<string, ListRequest> {
    const own = new Map<string, ListRequest>();
    for (const message of mcp?.messages ?? []) {
      if (message.method !== 'tools/list' || message.idText === undefined) continue;
      const id = comparableId(message.idText);
      const request = requestOf(message);
      if (id === undefined || request === undefined) continue;
      own.set(id, request);
      if (sessionId !== undefined) this.#requests.set(keyOf(sessionId, id), request);
    }
    return own;
  }

  find(sessionId: string, id: string): ListRequest | undefined {
    return this.#requests.get(keyOf(sessionId, id));
  }
}

/** Undefined where it is not clear what is asked for. */
function requestOf({ params }: McpMessage): ListRequest | undefined {
  const members = unguarded(params);
  const cursor = isJsonObject(members) ? (members.cursor ?? undefined) : undefined;
  return cursor === undefined || typeof cursor === 'string' ? { cursor } : undefined;
}

function keyOf(sessionId: string, id: string): string {
  return JSON.stringify([sessionId, id]);
}
