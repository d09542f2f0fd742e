import { secureUrl } from '../../../http/secure-url.ts';
import { noop } from '../../../lib/noop.ts';
import { plain } from '../../../lib/plain-error.ts';
import { timeLimited } from '../../../lib/time-limited.ts';
import { inIssuerMetadata } from '../issuer-metadata.ts';

const FRESH_MS = 10 * 60_000;
const STALE_MS = 24 * 60 * 60_000;
/** The time between two attempts to find the endpoint anew, after one has failed. */
const BETWEEN_ATTEMPTS_MS = 60_000;

/** The clock of an introspection scheme, with its time limit. */
export interface IntrospectionClock {
  /** Milliseconds since the epoch, for tokens. */
  readonly now: () => number;
  /** Milliseconds that never go back, for what is remembered. */
  readonly monotonic: () => number;
  /** How long a server may take to answer. */
  readonly timeoutMs: number;
}

/**
 * The URL of an issuer's introspection endpoint. It is looked up anew now and then; if that fails, the known
 * one is kept.
 */
export class EndpointLocation {
  readonly #issuer: string;
  readonly #clock: IntrospectionClock;
  #found: { readonly url: URL; readonly at: number } | undefined;
  #finding: Promise<URL> | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(issuer: string, clock: IntrospectionClock) {
    this.#issuer = issuer;
    this.#clock = clock;
  }

  /** Rejects where no URL is known, or only one that is too old, and the lookup fails. */
  async url(): Promise<URL> {
    const found = this.#found;
    if (found === undefined) return this.#find();
    const now = this.#clock.monotonic();
    const age = now - found.at;
    if (age < FRESH_MS) return found.url;
    if (age >= STALE_MS) return this.#find();
    // A request does not wait for the lookup while it can use the known URL.
    if (now >= this.#retryAt) this.#find().catch(noop);
    return found.url;
  }

  #find(): Promise<URL> {
    this.#finding ??= this.#discover().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  async #discover(): Promise<URL> {
    const { monotonic, timeoutMs } = this.#clock;
    this.#retryAt = monotonic() + BETWEEN_ATTEMPTS_MS;
    const timedOut = plain(new Error(`${this.#issuer} did not answer in time`));
    const url = await timeLimited(timeoutMs, timedOut, (signal) =>
      discoverEndpoint(this.#issuer, signal),
    );
    this.#found = { url, at: monotonic() };
    return url;
  }
}

function discoverEndpoint(issuer: string, signal: AbortSignal): Promise<URL> {
  return inIssuerMetadata(issuer, signal, ({ introspection_endpoint }, source) => {
    const url = secureUrl(introspection_endpoint);
    if (url === undefined) throw new Error(`${source} has no usable introspection_endpoint`);
    return url;
  });
}
