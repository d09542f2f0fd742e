/**
 * Why an attempt has failed. `unreachable`: no connection came about. `timeout`: to open a connection, or
 * to answer, took too long. `status`: the answer has a status that counts as a failure. `lost`: the
 * connection broke before the answer or within it, or what came over it was no HTTP.
 */
export type AttemptFailure = 'unreachable' | 'timeout' | 'status' | 'lost';

/**
 * Told of one request to a host. Events may come in any order, and more than once: what comes too late is
 * ignored.
 */
export interface RequestOutcome {
  /** Whether there are failures that do not count any more if this request goes well. */
  readonly canForget: boolean;
  /** Whether it is the one request that tries the host, while others are refused. */
  readonly isTrial: boolean;
  /** The head of an answer has come, and is no failure. */
  answered(): void;
  /** `retryAfterMs`: how long the host wants to be left alone, where it says so. */
  failed(kind: AttemptFailure, retryAfterMs?: number): void;
  /** The answer has ended, whole. */
  endedWell(): void;
  /** The answer is an event stream, and has stood for a while. */
  stood(): void;
  /** The client has gone, or the request ended for a reason that says nothing about the host. */
  left(): void;
}

/**
 * Told of attempts that have begun. Each of them fails, or is given up, at most once; it may have gone well
 * before it fails.
 */
export interface AttemptListener {
  canForget(attempt: Attempt): boolean;
  isTrial(attempt: Attempt): boolean;
  onAnswered(attempt: Attempt): void;
  /** `isWaiting`: no head of an answer has come. */
  onFailed(
    attempt: Attempt,
    isWaiting: boolean,
    kind: AttemptFailure,
    retryAfterMs: number | undefined,
  ): void;
  /** It goes well: its answer has ended whole, or its event stream has stood for a while. */
  onGoneWell(attempt: Attempt): void;
  /** It was given up without a head of an answer. */
  onLeft(attempt: Attempt): void;
}

/** One request to a host, from its beginning to its verdict. */
export class Attempt implements RequestOutcome {
  /** In which state of the breaker it began: a number for each. */
  readonly generation: number;
  readonly #listener: AttemptListener;
  #progress: 'waiting' | 'answered' | 'over' = 'waiting';

  constructor(listener: AttemptListener, generation: number) {
    this.#listener = listener;
    this.generation = generation;
  }

  get canForget(): boolean {
    return this.#progress !== 'over' && this.#listener.canForget(this);
  }

  get isTrial(): boolean {
    return this.#progress === 'waiting' && this.#listener.isTrial(this);
  }

  answered(): void {
    if (this.#progress !== 'waiting') return;
    this.#progress = 'answered';
    this.#listener.onAnswered(this);
  }

  failed(kind: AttemptFailure, retryAfterMs?: number): void {
    if (this.#progress === 'over') return;
    const isWaiting = this.#progress === 'waiting';
    this.#progress = 'over';
    this.#listener.onFailed(this, isWaiting, kind, retryAfterMs);
  }

  endedWell(): void {
    if (this.#progress === 'over') return;
    this.stood();
    this.#progress = 'over';
  }

  stood(): void {
    if (this.#progress === 'over') return;
    this.answered();
    this.#listener.onGoneWell(this);
  }

  left(): void {
    const isWaiting = this.#progress === 'waiting';
    this.#progress = 'over';
    if (isWaiting) this.#listener.onLeft(this);
  }
}
