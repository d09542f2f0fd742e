import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { posix } from 'node:path';
import { contextOf } from '../context.ts';
import { UNENCODED } from '../header-edits.ts';
import type { Middleware } from '../http/middleware.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Target } from '../targets/target.ts';
import type { SeenEndpoint } from './endpoint-event.ts';
import { EndpointStage } from './endpoint-stage.ts';
import { SessionStreams } from './session-streams.ts';

/** For how many queries a path is remembered. */
const MAX_PATHS = 10_000;

/** How servers name the session in the query. */
const SESSION = /[?&]session_?id=([^&]+)/i;
/** A path of the upstream that the client brings back, and the proof that it was given to it. */
const MARK = /[?&]mcp-endpoint=([\w-]+)\.([\w-]+)$/;

/** Where a target has the endpoints of the older transport. */
export interface EndpointUrls {
  readonly stream: URL;
  /** Where it is expected to take messages. */
  readonly messages: URL;
}

/**
 * The endpoints of the older transport, HTTP with SSE (MCP 2024-11-05): a stream, and a second one
 * for the client's messages, whose URL the server names at the beginning of each stream. Clients see
 * it under a path of the gateway; where it is expected at the target is configured. Where it is elsewhere, it
 * is remembered by its query, which names the session; where the path names the session, the client
 * brings it back in a member of the query that is ours.
 */
export class LegacySseEndpoints {
  readonly #places: readonly EndpointUrls[];
  readonly #publicPath: (req: IncomingMessage) => string;
  readonly #paths = new BoundedMap<string, string>(MAX_PATHS);
  readonly #key = randomBytes(32);
  readonly #streams = new SessionStreams();

  /**
   * @param places - Its URLs at each target, in the order of the targets.
   * @param publicPath - Gives the path under which the client of a request posts its messages.
   */
  constructor(places: readonly EndpointUrls[], publicPath: (req: IncomingMessage) => string) {
    this.#places = places;
    this.#publicPath = publicPath;
  }

  /** For event streams: the URL in them is read and replaced. */
  readonly stream: Middleware = (req, res, next) => {
    const context = contextOf(req);
    context.legacy = { leg: 'stream' };
    context.addHeaderEdits(UNENCODED);
    context.addStage(new EndpointStage((announced) => this.#seenAs(announced, req, res)));
    next();
  };

  /** For messages. */
  readonly message: Middleware = (req, _res, next) => {
    contextOf(req).legacy = { leg: 'message', session: sessionOf(req.url ?? '') };
    next();
  };

  /** For the relay of streams. */
  readonly streamPathAt = ({ place }: Target): string => {
    const { stream } = this.#at(place);
    return stream.pathname + stream.search;
  };

  /** For the relay of messages: the session is in the query, which is therefore the client's. */
  readonly messagePathAt = ({ place }: Target, req: IncomingMessage): string | undefined => {
    const query = queryOf(req.url ?? '');
    if (!/^[!-~]*$/.test(query)) return undefined;
    const mark = MARK.exec(query);
    const { pathname } = this.#at(place).messages;
    if (mark === null) return (this.#paths.get(keyFor(query)) ?? pathname) + query;
    const path = this.#readMark(mark);
    return path && path + query.slice(0, mark.index);
  };

  /** For refusals of messages: those that come after this are answered on the stream of their session. */
  readonly answerOnStream: Middleware = (req, _res, next) => {
    const context = contextOf(req);
    if (context.legacy?.leg === 'message') {
      context.legacy = { ...context.legacy, answer: this.#streams.answer };
    }
    next();
  };

  async #seenAs(
    announced: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<SeenEndpoint | undefined> {
    const { lease, stages } = contextOf(req);
    const { stream, messages } = this.#at(lease?.target.place ?? 0);
    if (!URL.canParse(announced, stream.href)) return undefined;
    const url = new URL(announced, stream);
    // As official clients do: an upstream cannot send messages, and the credentials among them, away.
    if (url.origin !== stream.origin) return undefined;
    const query = queryOf(announced);
    const isExpected = url.pathname === messages.pathname;
    const publicUrl =
      this.#publicPath(req) + query + (isExpected ? '' : this.#markFor(url.pathname, query));
    const session = sessionOf(publicUrl);
    for (const stage of stages) {
      if (session !== undefined) await stage.session?.(session);
    }
    return { url: publicUrl, onPassed: () => this.#streams.open(session, req, res) };
  }

  #at(place: number): EndpointUrls {
    return this.#places[place] as EndpointUrls;
  }

  /** Empty where the path is found without. */
  #markFor(path: string, query: string): string {
    if (query !== '' && (this.#paths.get(keyFor(query)) ?? path) === path) {
      this.#paths.set(keyFor(query), path);
      return '';
    }
    const encoded = Buffer.from(path).toString('base64url');
    return `${query === '' ? '?' : '&'}mcp-endpoint=${encoded}.${this.#proofOf(encoded)}`;
  }

  #readMark([, encoded = '', proof = '']: RegExpExecArray): string | undefined {
    const given = Buffer.from(proof);
    const expected = Buffer.from(this.#proofOf(encoded));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return Buffer.from(encoded, 'base64url').toString();
  }

  #proofOf(encoded: string): string {
    return createHmac('sha256', this.#key).update(encoded).digest('base64url');
  }
}

/**
 * What names the session that a message belongs to, or the stream whose URL for messages this is: the
 * whole query, because which part of it counts is the upstream's to say.
 */
function sessionOf(url: string): string | undefined {
  return queryOf(url) || undefined;
}

/** The session where it is named as usual; the whole query otherwise. */
function keyFor(query: string): string {
  return SESSION.exec(query)?.[1] ?? query;
}

/** From the question mark on, as it is written. */
function queryOf(url: string): string {
  return /\?[^#]*/.exec(url)?.[0] ?? '';
}

/**
 * Where a route is at a host that has the endpoint at `url`: as far from there as `route` is from
 * `endpoint` here, `/sse` from `/mcp`.
 */
export function besideEndpoint(url: URL, endpoint: string, route: string): URL {
  return new URL(`./${posix.relative(posix.dirname(endpoint), route)}`, url);
}
