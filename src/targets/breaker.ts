import { Attempt, type AttemptFailure, type AttemptListener } from './attempt.ts';

/** Whether requests go to a host: all, none, or one that tries it. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** The option `breaker`, read. */
export interface BreakerSettings {
  /** How many failures in a row open it. */
  readonly failures: number;
  /** For how long, at first. */
  readonly openForMs: number;
  /** Statuses of answers that count as failures. */
  readonly statuses: ReadonlySet<number>;
}

/** What a breaker takes from outside. */
export interface BreakerSources {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** A number from 0 up to 1. */
  random(): number;
}

/** What a breaker outside of tests takes. */
export const PROCESS_SOURCES: BreakerSources = {
  now: () => performance.now(),
  random: Math.random,
};

/** A change of state. `reason`: what the last failure was, that the time is over, or how the trial went. */
export interface BreakerChange {
  readonly state: BreakerState;
  readonly previous: BreakerState;
  readonly reason: AttemptFailure | 'time_is_over' | 'trial_succeeded';
}

/** The longest time for which a host gets no requests, unless `openFor` is longer. */
const LONGEST_OPEN_MS = 5 * 60 * 1000;

/**
 * The breaker adds a random part of `openFor`, this one at most, so that processes do not try a host all at
 * once.
 */
const JITTER = 0.1;

/**
 * Keeps requests from a host that fails: closed, open after so many failures in a row, half-open when its
 * time is over. Then one request at a time is a trial. The head of its answer decides: it closes the breaker,
 * or opens it for twice as long. Every change of state begins a generation. The outcome of an attempt of an
 * earlier generation is ignored: it says how the host was before.
 *
 * The row of failures ends when an answer has ended well, when an event stream has stood, and when for
 * `openFor` nothing has failed and no request has waited for an answer. Requests that hang keep the failures:
 * a host that answers none of them fails only as often as its timer runs out.
 *
 * It has no timer. It reads the clock when its state is asked for.
 */
export class Breaker implements AttemptListener {
  readonly settings: BreakerSettings;
  readonly #sources: BreakerSources;
  readonly #onChange: (change: BreakerChange) => void;
  #state: BreakerState = 'closed';
  #generation = 0;
  #failures = 0;
  #lastFailure: AttemptFailure | undefined;
  /** While closed: how many attempts have no head of an answer. */
  #waiting = 0;
  /** While there are failures and no request waits: since when that is so. */
  #quietSince = 0;
  /** While open: until when. */
  #openUntil = 0;
  /** Made once, from two clocks: their sum differs by a millisecond from one moment to the next. */
  #openUntilDate: Date | undefined;
  /** For how long it opens next, without jitter. */
  #openForMs: number;
  #hasTrial = false;

  constructor(
    settings: BreakerSettings,
    sources: BreakerSources,
    onChange: (change: BreakerChange) => void,
  ) {
    this.settings = settings;
    this.#sources = sources;
    this.#onChange = onChange;
    this.#openForMs = settings.openForMs;
  }

  get state(): BreakerState {
    const isTimeOver = this.#state === 'open' && this.#sources.now() >= this.#openUntil;
    return isTimeOver ? 'half-open' : this.#state;
  }

  /** How many failures there were in a row; failed trials too. */
  get failures(): number {
    return this.#isQuiet ? 0 : this.#failures;
  }

  /** Of what kind the last failure was, if there was any. */
  get lastFailure(): AttemptFailure | undefined {
    return this.#lastFailure;
  }

  /** When to try the host again, on the breaker's clock. A time that has passed means now. */
  get retryAt(): number {
    return this.#openUntil;
  }

  /** The same as a time of day; undefined, where it is not open. */
  get openUntil(): Date | undefined {
    return this.state === 'open' ? this.#openUntilDate : undefined;
  }

  /** Whether a request may begin. `mayTry`: whether it may be the trial of a host. */
  admits(mayTry: boolean): boolean {
    if (this.#state === 'closed') return true;
    return mayTry && !this.#hasTrial && this.state === 'half-open';
  }

  /** Begins a request; undefined where none may begin. */
  begin(mayTry: boolean): Attempt | undefined {
    if (!this.admits(mayTry)) return undefined;
    if (this.#state === 'closed') {
      this.#forgetIfQuiet();
      this.#waiting += 1;
    } else if (this.#state === 'open') this.#become('half-open', 'time_is_over');
    else this.#hasTrial = true;
    return new Attempt(this, this.#generation);
  }

  canForget(attempt: Attempt): boolean {
    return this.#failures > 0 && this.#state === 'closed' && this.#isCurrent(attempt);
  }

  isTrial(attempt: Attempt): boolean {
    return this.#state === 'half-open' && this.#isCurrent(attempt);
  }

  onAnswered(attempt: Attempt): void {
    if (!this.#isCurrent(attempt)) return;
    if (this.#state === 'closed') this.#stopWaiting();
    else this.#close();
  }

  onFailed(
    attempt: Attempt,
    isWaiting: boolean,
    kind: AttemptFailure,
    retryAfterMs: number | undefined,
  ): void {
    if (!this.#isCurrent(attempt)) return;
    this.#forgetIfQuiet();
    this.#failures += 1;
    this.#lastFailure = kind;
    if (this.#state === 'half-open') {
      this.#openForMs = Math.min(2 * this.#openForMs, this.#longestMs);
      this.#open(kind, retryAfterMs);
      return;
    }
    if (isWaiting) this.#waiting -= 1;
    this.#quietSince = this.#sources.now();
    if (this.#failures >= this.settings.failures) this.#open(kind, retryAfterMs);
  }

  onGoneWell(attempt: Attempt): void {
    if (this.#isCurrent(attempt)) this.#failures = 0;
  }

  onLeft(attempt: Attempt): void {
    if (!this.#isCurrent(attempt)) return;
    if (this.#state === 'closed') this.#stopWaiting();
    else this.#hasTrial = false;
  }

  #isCurrent(attempt: Attempt): boolean {
    return attempt.generation === this.#generation;
  }

  #stopWaiting(): void {
    this.#waiting -= 1;
    if (this.#failures > 0) this.#quietSince = this.#sources.now();
  }

  get #isQuiet(): boolean {
    if (this.#failures === 0 || this.#state !== 'closed' || this.#waiting > 0) return false;
    return this.#sources.now() - this.#quietSince >= this.settings.openForMs;
  }

  #forgetIfQuiet(): void {
    if (this.#isQuiet) this.#failures = 0;
  }

  get #longestMs(): number {
    return Math.max(LONGEST_OPEN_MS, this.settings.openForMs);
  }

  #open(kind: AttemptFailure, retryAfterMs: number | undefined): void {
    const ownMs = this.#openForMs * (1 + JITTER * this.#sources.random());
    const ms = Math.min(retryAfterMs ?? ownMs, this.#longestMs);
    this.#openUntil = this.#sources.now() + ms;
    this.#openUntilDate = new Date(Date.now() + ms);
    this.#become('open', kind);
  }

  #close(): void {
    this.#failures = 0;
    this.#openForMs = this.settings.openForMs;
    this.#become('closed', 'trial_succeeded');
  }

  #become(state: BreakerState, reason: BreakerChange['reason']): void {
    const previous = this.#state;
    this.#state = state;
    this.#generation += 1;
    this.#waiting = 0;
    // Half-open begins with its first trial.
    this.#hasTrial = state === 'half-open';
    this.#onChange({ state, previous, reason });
  }
}
