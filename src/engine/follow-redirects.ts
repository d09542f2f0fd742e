import type { Engine, UpstreamExchange, UpstreamListener, UpstreamRequest } from './engine.ts';
import { ForwardingListener } from './forwarding-listener.ts';
import { keepsMethod, leadsToItself, redirectUrl, staysAtOrigin } from './redirect.ts';
import type { UnfollowedRedirect, UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamFailure } from './upstream-failure.ts';
import { withHeadersToKeep } from './with-headers-to-keep.ts';

/** How much of a redirect's own body is read, so that its connection can be used again. */
const MOST_READ = 64 * 1024;

/**
 * The same engine, which follows a redirect to another path of the target's own origin, once, with the
 * same method, headers and body. The caller sees one exchange. A redirect that cannot be followed is
 * passed on as the answer.
 *
 * @see RFC 9110 sections 15.4.8 and 15.4.9
 * @param responseMs - How long the two answers may take in all, where a request does not say.
 */
export function followRedirects(engine: Engine, target: URL, responseMs: number | false): Engine {
  const settings = { engine, target, responseMs };
  return (request, listener) => {
    const exchange = new FollowedExchange(settings, request, listener);
    exchange.start();
    return exchange;
  };
}

interface FollowSettings {
  readonly engine: Engine;
  readonly target: URL;
  readonly responseMs: number | false;
}

class FollowedExchange extends ForwardingListener implements UpstreamExchange {
  readonly #settings: FollowSettings;
  readonly #request: UpstreamRequest;
  readonly #listener: UpstreamListener;
  #exchange: UpstreamExchange | undefined;
  #redirect: ReadUp | undefined;
  #bodySentAt: number | undefined;
  /** Whether it was aborted, or has failed: an engine may still tell of an answer. */
  #isOver = false;

  constructor(settings: FollowSettings, request: UpstreamRequest, listener: UpstreamListener) {
    super(listener);
    this.#settings = settings;
    this.#request = request;
    this.#listener = listener;
  }

  start(): void {
    this.#exchange = this.#settings.engine(withHeadersToKeep(this.#request), this);
  }

  abort(): void {
    this.#isOver = true;
    this.#letGo();
    this.#exchange?.abort();
  }

  override onBodySent(): void {
    this.#bodySentAt = performance.now();
    super.onBodySent();
  }

  override onAnswer(answer: UpstreamAnswer): void {
    if (this.#isOver) return;
    if (!keepsMethod(answer.status)) {
      this.#pass(answer);
      return;
    }
    const { pathname, search, origin } = this.#settings.target;
    const from = new URL(origin + (this.#request.path ?? pathname + search));
    const url = redirectUrl(answer, from);
    if (url === undefined || !staysAtOrigin(answer.status, url, from)) this.#pass(answer);
    else if (leadsToItself(url, from)) this.#pass(answer, { from, why: 'not followed' });
    else this.#follow(answer, from, url);
  }

  override onFailure(failure: UpstreamFailure): void {
    // The rest of the redirect's own body may break off: that is no failure.
    if (this.#redirect !== undefined) return;
    this.#isOver = true;
    this.#letGo();
    super.onFailure(failure);
  }

  #follow(answer: UpstreamAnswer, from: URL, url: URL): void {
    const body = this.#request.body.again?.();
    if (body === undefined) {
      const why = 'not followed, because the body of the request is too long to be kept for it';
      this.#pass(answer, { from, why });
      return;
    }
    this.#redirect = new ReadUp(answer, this.#exchange as UpstreamExchange);
    // The rest of the request's body goes to where the redirect leads.
    if (this.#bodySentAt === undefined) this.#redirect.stop();
    const listener = new RedirectedListener(this.#listener, url, () => this.#letGo());
    const path = url.pathname + url.search;
    const responseTimeout = this.#timeLeft;
    const request = { ...this.#request, path, body, responseTimeout };
    this.#exchange = this.#settings.engine(request, listener);
  }

  /** How long the second answer may take. */
  get #timeLeft(): number | false {
    const total = this.#request.responseTimeout ?? this.#settings.responseMs;
    if (total === false || this.#bodySentAt === undefined) return total;
    return Math.max(1, total - (performance.now() - this.#bodySentAt));
  }

  #pass(answer: UpstreamAnswer, unfollowed?: UnfollowedRedirect): void {
    this.#letGo();
    answer.unfollowed = unfollowed;
    super.onAnswer(answer);
  }

  /** Neither the body nor the redirect is needed any more. */
  #letGo(): void {
    this.#request.body.forget?.();
    this.#redirect?.stop();
  }
}

/** A redirect's own body is read to its end, so that the connection can be used again. */
class ReadUp {
  readonly #answer: UpstreamAnswer;
  readonly #exchange: UpstreamExchange;
  #length = 0;

  constructor(answer: UpstreamAnswer, exchange: UpstreamExchange) {
    this.#answer = answer;
    this.#exchange = exchange;
    answer.body.on('data', (chunk: Buffer) => {
      this.#length += chunk.length;
      if (this.#length > MOST_READ) this.stop();
    });
  }

  /** Closes the connection, if the end has not come. */
  stop(): void {
    if (!this.#answer.isComplete) this.#exchange.abort();
  }
}

/** Listens to the exchange that a redirect leads to. The caller is told of one connection, once. */
class RedirectedListener extends ForwardingListener {
  readonly #url: URL;
  readonly #onDecided: () => void;

  constructor(listener: UpstreamListener, url: URL, onDecided: () => void) {
    super(listener);
    this.#url = url;
    this.#onDecided = onDecided;
  }

  override onConnecting(): void {}

  override onConnected(): void {}

  override onAnswer(answer: UpstreamAnswer): void {
    this.#onDecided();
    answer.unfollowed = { from: this.#url, why: 'the second, behind one that was followed' };
    super.onAnswer(answer);
  }

  override onFailure(failure: UpstreamFailure): void {
    this.#onDecided();
    // The upstream has answered once: the request must not go to another target.
    super.onFailure({ ...failure, hasBegun: true });
  }
}
