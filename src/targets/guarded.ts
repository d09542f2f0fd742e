import type {
  Engine,
  UpstreamExchange,
  UpstreamListener,
  UpstreamRequest,
} from '../engine/engine.ts';
import { ForwardingListener } from '../engine/forwarding-listener.ts';
import type { UpstreamAnswer } from '../engine/upstream-answer.ts';
import type { UpstreamFailure } from '../engine/upstream-failure.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { Deadline } from '../lib/deadline.ts';
import type { RequestOutcome } from './attempt.ts';

/** How long an event stream has to stand to show that its host is well. */
const STOOD_MS = 5000;

/** How long a trial may wait for its client to send the rest of the body: other requests wait for its end. */
const TRIAL_BODY_MS = 5000;

/**
 * The same engine, for one request: `outcome` is told what its exchange says about the host.
 *
 * What the client or the gateway did is no failure of the host: the client left, a timer of the relay ran
 * out, the request could not be sent. Nor is an answer that is HTTP and cannot be passed on (a redirect, a
 * head that is too long or must not be relayed): a host that answers is there, and what it says may depend on
 * what the client sent. An answer that is no HTTP is a failure: the server that listens there is not the
 * host, or is broken.
 *
 * @param statuses - Statuses that count as failures.
 */
export function guarded(
  engine: Engine,
  outcome: RequestOutcome,
  statuses: ReadonlySet<number>,
): Engine {
  return (request, listener) => {
    const exchange = new GuardedExchange(outcome, statuses, listener);
    exchange.start(engine, request);
    return exchange;
  };
}

class GuardedExchange extends ForwardingListener implements UpstreamExchange {
  readonly #outcome: RequestOutcome;
  readonly #statuses: ReadonlySet<number>;
  #exchange: UpstreamExchange | undefined;
  #isConnected = false;
  #isBodySent = false;
  #answer: UpstreamAnswer | undefined;
  /** Runs only for the body of a trial, and for an event stream where there are failures to forget. */
  #timer: Deadline | undefined;

  constructor(outcome: RequestOutcome, statuses: ReadonlySet<number>, listener: UpstreamListener) {
    super(listener);
    this.#outcome = outcome;
    this.#statuses = statuses;
  }

  start(engine: Engine, request: UpstreamRequest): void {
    this.#exchange = engine(request, this);
  }

  abort(): void {
    this.#timer?.clear();
    this.#outcome.left();
    this.#exchange?.abort();
  }

  override onConnecting(): void {
    this.#isConnected = false;
    super.onConnecting();
  }

  override onConnected(): void {
    this.#isConnected = true;
    if (this.#outcome.isTrial) this.#startTimer(TRIAL_BODY_MS, this.#onTooSlow);
    super.onConnected();
  }

  override onBodySent(): void {
    this.#isBodySent = true;
    if (this.#answer === undefined) this.#timer?.clear();
    super.onBodySent();
  }

  override onAnswer(answer: UpstreamAnswer): void {
    this.#answer = answer;
    this.#timer?.clear();
    if (this.#statuses.has(answer.status)) this.#outcome.failed('status', wantedPause(answer));
    else this.#watch(answer);
    super.onAnswer(answer);
  }

  override onFailure(failure: UpstreamFailure): void {
    this.#timer?.clear();
    // After the end of an answer, only the connection breaks.
    if (this.#answer?.isComplete !== true) this.#judge(failure);
    super.onFailure(failure);
  }

  #watch(answer: UpstreamAnswer): void {
    this.#outcome.answered();
    answer.body.once('end', this.#onEnd);
    if (!answer.isEventStream || !this.#outcome.canForget) return;
    this.#startTimer(STOOD_MS, this.#onStood);
  }

  #startTimer(ms: number, onExpired: () => void): void {
    this.#timer ??= new Deadline();
    this.#timer.start(ms, onExpired);
  }

  #judge({ kind, cause }: UpstreamFailure): void {
    if (kind === 'internal') this.#outcome.left();
    else if (kind === 'lost' && this.#isUploading) this.#outcome.left();
    else if (kind === 'timeout') this.#outcome.failed('timeout');
    else if (!this.#isConnected) this.#outcome.failed('unreachable');
    else if (isHeadTooLong(cause)) this.#giveUpAnswered();
    else this.#outcome.failed('lost');
  }

  /**
   * Whether the body is still being sent. A host that refuses an upload closes the connection, and its answer
   * is lost. The client decides how much it sends.
   */
  get #isUploading(): boolean {
    return this.#isConnected && !this.#isBodySent && this.#answer === undefined;
  }

  #giveUpAnswered(): void {
    this.#outcome.answered();
    this.#outcome.left();
  }

  readonly #onEnd = (): void => {
    this.#timer?.clear();
    this.#outcome.endedWell();
  };

  /** The request goes on, but says nothing about the host any more: another request may try it. */
  readonly #onTooSlow = (): void => this.#outcome.left();

  readonly #onStood = (): void => this.#outcome.stood();
}

/** Only a 503 says with `Retry-After` how long the host is unavailable (RFC 9110 section 10.2.3). */
function wantedPause({ status, headers }: UpstreamAnswer): number | undefined {
  return status === 503 ? retryAfterMs(headers['retry-after'], Date.now()) : undefined;
}

function isHeadTooLong(cause: (Error & { readonly code?: unknown }) | undefined): boolean {
  return cause?.code === 'HPE_HEADER_OVERFLOW';
}
