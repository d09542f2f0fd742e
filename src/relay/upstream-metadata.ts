import { metadataUrl, rootMetadataUrl } from '../http/metadata-url.ts';
import type { Engine } from './engine.ts';
import { readUpstream } from './read-upstream.ts';

const IN_CHALLENGE = /(\bresource_metadata\s*=\s*")([^"]*)(")/gi;

/**
 * The metadata of an upstream that is a protected resource itself, as clients of the gateway have to
 * see it: they compare `resource` with the URL that they use.
 *
 * @see RFC 9728 sections 3.3 and 5.1
 */
export class UpstreamMetadata {
  readonly #engine: Engine;
  readonly #target: URL;
  readonly #publicUrl: URL;
  /** Where the upstream's own challenges say it is. */
  #announced: string | undefined;

  constructor(engine: Engine, target: URL, publicUrl: URL) {
    this.#engine = engine;
    this.#target = target;
    this.#publicUrl = publicUrl;
  }

  /** The challenge for the client: the metadata is at the gateway. */
  readonly rewriteChallenge = (challenge: string): string =>
    challenge.replace(IN_CHALLENGE, (_, before: string, url: string, after: string) => {
      this.#learn(url);
      return before + metadataUrl(this.#publicUrl).href + after;
    });

  /** The document for the client; undefined where the upstream has none. */
  async document(): Promise<Buffer | undefined> {
    for (const path of this.#paths()) {
      const { status, body } = await readUpstream(this.#engine, path);
      if (status === 200) return this.#rewritten(JSON.parse(body.toString()));
    }
    return undefined;
  }

  #learn(url: string): void {
    // Whoever the upstream names besides itself is nobody that this process has to talk to.
    if (!URL.canParse(url) || new URL(url).origin !== this.#target.origin) return;
    const { pathname, search } = new URL(url);
    this.#announced = pathname + search;
  }

  #paths(): Set<string> {
    const wellKnown = [metadataUrl(this.#target), rootMetadataUrl(this.#target)];
    const paths = wellKnown.map(({ pathname }) => pathname);
    return new Set(this.#announced === undefined ? paths : [this.#announced, ...paths]);
  }

  #rewritten(document: object): Buffer {
    const { signed_metadata: _, ...rest } = document as { signed_metadata?: unknown };
    return Buffer.from(JSON.stringify({ ...rest, resource: this.#publicUrl.href }));
  }
}
