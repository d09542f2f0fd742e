import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { posix } from 'node:path';
import { type AnswerOnStream, contextOf, type RequestContext } from '../context.ts';
import { UNENCODED } from '../header-edits.ts';
import type { Middleware } from '../http/middleware.ts';
import { isSameOrigin } from '../http/same-origin.ts';
import { BoundedMap } from '../lib/bounded-map.ts';
import type { Target } from '../targets/target.ts';
import { valuesKey } from '../targets/values-key.ts';
import type { SeenEndpoint } from './endpoint-event.ts';
import type { EndpointPaths } from './endpoint-paths.ts';
import { EndpointStage } from './endpoint-stage.ts';
import { SessionStreams } from './session-streams.ts';

/** For how many queries a path is remembered. */
const MAX_PATHS = 10_000;

/** How servers name the session in the query. */
const SESSION = /[?&]session_?id=([^&]+)/i;
/**
 * A path of the upstream that the client brings back, and the proof that the gateway gave it to the client.
 */
const MARK = /[?&]mcp-endpoint=([\w-]+)\.([\w-]+)$/;

/**
 * The endpoints of the older transport, HTTP with SSE (MCP 2024-11-05): a stream, and a second one for the
 * client's messages, whose URL the server names at the beginning of each stream. Clients see that URL under a
 * path of the gateway. The options say at which path of the target it is expected. The gateway remembers
 * another path by the query of the URL, which names the session. Where the path names the session, the client
 * brings the path back in a parameter that the gateway adds to the query.
 */
export class LegacySseEndpoints {
  readonly #places: readonly EndpointPaths[];
  readonly #publicPath: (req: IncomingMessage) => string;
  readonly #paths = new BoundedMap<string, string>(MAX_PATHS);
  readonly #key = randomBytes(32);
  readonly #streams = new SessionStreams();

  /**
   * @param places - The endpoints at each target, in the order of the targets.
   * @param publicPath - Gives the path under which the client of a request posts its messages.
   */
  constructor(places: readonly EndpointPaths[], publicPath: (req: IncomingMessage) => string) {
    this.#places = places;
    this.#publicPath = publicPath;
    this.answerOnStream = refusingBy(this.#streams.answer);
    this.rehearseOnStream = refusingBy(this.#streams.wouldAnswer);
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
  readonly streamPathAt = ({ place }: Target, req: IncomingMessage): string | undefined =>
    this.#at(place).streamFor(contextOf(req).params, req.url);

  /** For the relay of messages: the session is in the query, which is therefore the client's. */
  readonly messagePathAt = ({ place }: Target, req: IncomingMessage): string | undefined => {
    const query = queryOf(req.url ?? '');
    if (!/^[!-~]*$/.test(query)) return undefined;
    const context = contextOf(req);
    const mark = MARK.exec(query);
    if (mark === null) {
      const expected = this.#at(place).messagesFor(context.params);
      const path = this.#paths.get(keyFor(query, context)) ?? expected;
      return path && path + query;
    }
    const path = this.#readMark(mark, context);
    return path && path + query.slice(0, mark.index);
  };

  /** For refusals of messages: those that come after this are answered on the stream of their session. */
  readonly answerOnStream: Middleware;

  /** The same for a message that is only described: nothing is put into the stream. */
  readonly rehearseOnStream: Middleware;

  async #seenAs(
    announced: string,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<SeenEndpoint | undefined> {
    const context = contextOf(req);
    const { lease, stages, params } = context;
    const paths = this.#at(lease?.target.place ?? 0);
    const streamUrl = paths.origin + paths.streamFor(params);
    if (!URL.canParse(announced, streamUrl)) return undefined;
    const url = new URL(announced, streamUrl);
    // As official clients do: an upstream must not be able to send messages, with their credentials,
    // elsewhere.
    if (!isSameOrigin(url, new URL(streamUrl))) return undefined;
    const query = queryOf(announced);
    const isExpected = url.pathname === paths.messagesFor(params);
    const mark = isExpected ? '' : this.#markFor(url.pathname, query, context);
    const publicUrl = this.#publicPath(req) + query + mark;
    const session = sessionOf(publicUrl);
    for (const stage of stages) {
      if (session !== undefined) await stage.session?.(session);
    }
    return { url: publicUrl, onPassed: () => this.#streams.open(session, req, res) };
  }

  #at(place: number): EndpointPaths {
    return this.#places[place] as EndpointPaths;
  }

  /** The mark for a path; empty where the path is found without it. */
  #markFor(path: string, query: string, context: RequestContext): string {
    const key = keyFor(query, context);
    if (query !== '' && (this.#paths.get(key) ?? path) === path) {
      this.#paths.set(key, path);
      return '';
    }
    const encoded = Buffer.from(path).toString('base64url');
    return `${query === '' ? '?' : '&'}mcp-endpoint=${encoded}.${this.#proofOf(encoded, context)}`;
  }

  #readMark(
    [, encoded = '', proof = '']: RegExpExecArray,
    context: RequestContext,
  ): string | undefined {
    const given = Buffer.from(proof);
    const expected = Buffer.from(this.#proofOf(encoded, context));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return Buffer.from(encoded, 'base64url').toString();
  }

  #proofOf(encoded: string, context: RequestContext): string {
    const proven = `${valuesKey(context.params)} ${encoded}`;
    return createHmac('sha256', this.#key).update(proven).digest('base64url');
  }
}

function refusingBy(answer: AnswerOnStream): Middleware {
  return (req, _res, next) => {
    const context = contextOf(req);
    if (context.legacy?.leg === 'message') context.legacy = { ...context.legacy, answer };
    next();
  };
}

/**
 * What names the session that a message belongs to, or the stream whose URL for messages this is: the whole
 * query, because the upstream decides which part of it counts.
 */
function sessionOf(url: string): string | undefined {
  return queryOf(url) || undefined;
}

/** The session where it is named as usual; the whole query otherwise. */
function keyFor(query: string, context: RequestContext): string {
  return `${valuesKey(context.params)} ${SESSION.exec(query)?.[1] ?? query}`;
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
