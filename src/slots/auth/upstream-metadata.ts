import type { IncomingMessage } from 'node:http';
import { answerError } from '../../answer-error.ts';
import type { AnswerStage } from '../../answer-stage.ts';
import type { Engine } from '../../engine/engine.ts';
import { readUpstream, type UpstreamDocument } from '../../engine/read-document.ts';
import { GatewayError } from '../../errors.ts';
import type { Middleware } from '../../http/middleware.ts';
import { isSameOrigin } from '../../http/same-origin.ts';
import { serveDocument } from '../../http/serve-document.ts';
import type { ViaHop } from '../../http/via-hop.ts';
import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import { metadataUrl, rootMetadataUrl } from '../../oauth/metadata-url.ts';
import type { Target } from '../../targets/target.ts';
import { AUTHORIZATION_SERVER_PATH, resourceOfOlder } from './older-authorization.ts';

/** Official clients take the URL without quotes as well. */
const IN_CHALLENGE = /(\bresource_metadata\s*=\s*)(?:"([^"]*)"|([^\s,"]+))/gi;

/**
 * The metadata of an upstream that is a protected resource itself, as clients of the gateway have to
 * see it: they compare `resource` with the URL that they use.
 *
 * @see RFC 9728 sections 3.3 and 5.1
 */
export class UpstreamMetadata {
  readonly #targets: readonly Target[];
  readonly #inOrder: () => readonly Target[];
  readonly #publicUrl: URL;
  readonly #hop: ViaHop;
  /** Whether clients can reach the upstream itself: not where it is a handler in this process. */
  readonly #hasOrigin: boolean;
  /** The path of the metadata that the upstream's own challenges name. */
  #announced: string | undefined;
  /** Whether such a challenge has named another server than the upstream. */
  #isElsewhere = false;
  #pending: Promise<Buffer | undefined> | undefined;

  /** @param inOrder - Gives all the targets, and the one to ask first at the beginning. */
  constructor(
    targets: readonly Target[],
    inOrder: () => readonly Target[],
    publicUrl: URL,
    hop: ViaHop,
    hasOrigin: boolean,
  ) {
    this.#targets = targets;
    this.#inOrder = inOrder;
    this.#publicUrl = publicUrl;
    this.#hop = hop;
    this.#hasOrigin = hasOrigin;
  }

  /**
   * Rewrites challenges so that clients find the metadata at the gateway; `onChallenge` is told of each
   * request whose answer has a challenge.
   */
  stage(onChallenge: (req: IncomingMessage) => void): AnswerStage {
    return {
      head: (req, head) => {
        for (const field of head.fields) {
          if (field.folded !== 'www-authenticate') continue;
          onChallenge(req);
          field.values = field.values.map((challenge) => this.#rewritten(challenge));
        }
      },
    };
  }

  #rewritten(challenge: string): string {
    return challenge.replace(IN_CHALLENGE, (_, before: string, quoted?: string, bare = '') => {
      this.#learn(quoted ?? bare);
      return `${before}"${metadataUrl(this.#publicUrl).href}"`;
    });
  }

  /** Serves the document; a request goes on where the upstream has none. */
  readonly serve: Middleware = serveDocument(
    () => this.document(),
    (req, res, cause) => {
      const reason = cause instanceof GatewayError ? cause.reason : 'upstream_invalid';
      answerError(req, res, reason, { cause });
    },
  );

  /**
   * The document for the client. Requests at the same time share one. None is kept, because clients ask again
   * after a refusal, for what has changed.
   */
  document(): Promise<Buffer | undefined> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** All targets say the same: the next one is asked only where one gives no answer. */
  async #fetch(): Promise<Buffer | undefined> {
    let failure: unknown;
    for (const target of this.#inOrder()) {
      try {
        return await this.#read(target);
      } catch (cause) {
        if (!isSilence(cause)) throw cause;
        failure = cause;
      }
    }
    throw failure;
  }

  /** Undefined where the upstream has none. */
  async #read({ engine, url }: Target): Promise<Buffer | undefined> {
    let isAbsent = !this.#isElsewhere;
    for (const path of this.#paths(url)) {
      const { status, body } = await this.#ask(engine, path);
      if (status === 200) return this.#adapted(body);
      isAbsent &&= status === 404;
    }
    // With any status but 404, the upstream may have a document, and that may name another server.
    if (!isAbsent || !this.#hasOrigin) return undefined;
    const { status, body } = await this.#ask(engine, AUTHORIZATION_SERVER_PATH);
    return status === 200 ? resourceOfOlder(body, url.origin, this.#publicUrl) : undefined;
  }

  #ask(engine: Engine, path: string): Promise<UpstreamDocument> {
    return readUpstream(engine, path, this.#hop.entry('1.1'));
  }

  #learn(url: string): void {
    // An upstream must not make this process connect to other servers.
    if (!URL.canParse(url)) return;
    const announced = new URL(url);
    if (!this.#targets.some((target) => isSameOrigin(target.url, announced))) {
      this.#isElsewhere = true;
      return;
    }
    this.#announced = announced.pathname + announced.search;
  }

  #paths(url: URL): Set<string> {
    const wellKnown = [metadataUrl(url), rootMetadataUrl(url)];
    const paths = wellKnown.map(({ pathname }) => pathname);
    return new Set(this.#announced === undefined ? paths : [this.#announced, ...paths]);
  }

  /** A document about another resource stays as it is: clients refuse it, and have to. */
  #adapted(body: Buffer): Buffer {
    const { signed_metadata: _, ...rest } = jsonObject(body);
    if (!this.#isMeant(rest.resource)) return body;
    return Buffer.from(JSON.stringify({ ...rest, resource: this.#publicUrl.href }));
  }

  /** Whether `resource` is the upstream, or a path of its host that contains it; or already the gateway. */
  #isMeant(resource: unknown): boolean {
    if (typeof resource !== 'string' || !URL.canParse(resource)) return false;
    const { origin, pathname } = new URL(resource);
    const urls = [...this.#targets.map(({ url }) => url), this.#publicUrl];
    const own = urls.filter((url) => url.origin === origin);
    return own.some((url) => withSlash(url.pathname).startsWith(withSlash(pathname)));
  }
}

function isSilence(cause: unknown): boolean {
  if (!(cause instanceof GatewayError)) return false;
  return cause.reason === 'upstream_unreachable' || cause.reason === 'upstream_timeout';
}

function jsonObject(body: Buffer): JsonObject {
  const value: unknown = JSON.parse(body.toString());
  if (isJsonObject(value)) return value;
  throw new SyntaxError('The metadata of the upstream is no JSON object');
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
