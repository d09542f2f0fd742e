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
interface ListRequest extends NonNullable<PlacedPage['request']> {
  /** How many lists had gone to clients unread when it was sent. */
  readonly unread: number;
  isAnswered: boolean;
}

/**
 * The requests for lists whose answers may come on the stream of a GET: in the older transport, and where a
 * client resumes a stream.
 */
export class KnownRequests {
  readonly #requests = new BoundedMap<string, ListRequest>(MOST_REQUESTS);
  #unread = 0;

  /** The requests for lists in a POST, by id. They are remembered where there is a session. */
  note({ mcp, sessionId }: RequestContext): ReadonlyMap<string, ListRequest> {
    const own = new Map<string, ListRequest>();
    for (const message of mcp?.messages ?? []) {
      if (message.method !== 'tools/list' || message.idText === undefined) continue;
      const id = comparableId(message.idText);
      const request = this.#requestOf(message);
      if (id === undefined || request === undefined) continue;
      own.set(id, request);
      if (sessionId !== undefined) this.#requests.set(keyOf(sessionId, id), request);
    }
    return own;
  }

  /**
   * The request with this id that a list answers, of those in a POST or in a session. Undefined for a second
   * answer, and for one that comes after an answer that the gateway could not read: clients take the first
   * answer, and ignore any further one.
   */
  answered(
    id: string,
    own: ReadonlyMap<string, ListRequest>,
    sessionId: string | undefined,
  ): ListRequest | undefined {
    const shared = sessionId === undefined ? undefined : this.#requests.get(keyOf(sessionId, id));
    const request = own.get(id) ?? shared;
    if (request === undefined || request.isAnswered || request.unread !== this.#unread) return;
    request.isAnswered = true;
    return request;
  }

  /** An answer has gone to a client unread. It may have been for any of these requests. */
  unread(): void {
    this.#unread += 1;
  }

  /** The request in a message; undefined where it is not clear what it asks for. */
  #requestOf({ params }: McpMessage): ListRequest | undefined {
    const members = unguarded(params);
    const cursor = isJsonObject(members) ? (members.cursor ?? undefined) : undefined;
    if (cursor !== undefined && typeof cursor !== 'string') return undefined;
    return { cursor, unread: this.#unread, isAnswered: false };
  }
}

function keyOf(sessionId: string, id: string): string {
  return JSON.stringify([sessionId, id]);
}
