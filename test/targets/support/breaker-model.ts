import type { AttemptFailure } from '../../../src/targets/attempt.ts';

const MINUTES_5 = 300_000;

/** A request, as the model knows it. */
export interface ModelAttempt {
  /** How many changes of state there had been when it began. */
  readonly changes: number;
  isAnswered: boolean;
  isOver: boolean;
}

/** An opening that is allowed: how long it may take at least and at most. */
export interface Opening {
  readonly least: number;
  readonly most: number;
}

/**
 * A breaker once more, apart from the sources: by the table of sony/gobreaker (closed, open, half-open with
 * one request, results of before a change ignored) and by what docs/slots/balance.md says of `breaker`. It goes through
 * the time step by step, and keeps all that has been.
 */
export class BreakerModel {
  now = 0;
  state: 'closed' | 'open' | 'half-open' = 'closed';
  changes = 0;
  /** The failures in a row, with their kinds. */
  row: AttemptFailure[] = [];
  lastFailure: AttemptFailure | undefined;
  /** Set when it has opened; the test says until when, after a look at what the breaker says. */
  opening: Opening | undefined;
  openUntil = 0;
  readonly attempts: ModelAttempt[] = [];
  readonly #failures: number;
  readonly #openFor: number;
  /** How many trials failed since it was closed. */
  #failedTrials = 0;
  /** When something has failed, or somebody has waited, for the last time. */
  #lastNoise = 0;

  constructor(failures: number, openFor: number) {
    this.#failures = failures;
    this.#openFor = openFor;
  }

  pass(ms: number): void {
    this.now += ms;
    if (this.state === 'open' && this.now >= this.openUntil) {
      this.state = 'half-open';
      this.changes += 1;
    }
    if (this.state !== 'closed') return;
    if (this.#underWay.some(({ isAnswered }) => !isAnswered)) this.#lastNoise = this.now;
    if (this.now - this.#lastNoise >= this.#openFor) this.row = [];
  }

  /** Those that began in the state that it is in now. */
  get #underWay(): ModelAttempt[] {
    return this.attempts.filter((one) => !one.isOver && one.changes === this.changes);
  }

  mayBegin(mayTry: boolean): boolean {
    if (this.state === 'half-open') return mayTry && this.#underWay.length === 0;
    return this.state === 'closed';
  }

  begin(): void {
    this.attempts.push({ changes: this.changes, isAnswered: false, isOver: false });
    this.#lastNoise = this.now;
  }

  answered(attempt: ModelAttempt): void {
    if (attempt.isOver || attempt.isAnswered) return;
    const isTrial = this.state === 'half-open' && attempt.changes === this.changes;
    if (attempt.changes === this.changes) this.#lastNoise = this.now;
    attempt.isAnswered = true;
    if (!isTrial) return;
    this.state = 'closed';
    this.changes += 1;
    this.row = [];
    this.#failedTrials = 0;
  }

  failed(attempt: ModelAttempt, kind: AttemptFailure, retryAfter: number | undefined): void {
    if (attempt.isOver) return;
    attempt.isOver = true;
    if (attempt.changes !== this.changes) return;
    this.#lastNoise = this.now;
    this.row.push(kind);
    this.lastFailure = kind;
    if (this.state === 'half-open') this.#failedTrials += 1;
    else if (this.row.length < this.#failures) return;
    const longest = Math.max(MINUTES_5, this.#openFor);
    const own = this.#openFor * 2 ** this.#failedTrials;
    this.opening = {
      least: Math.min(retryAfter ?? own, longest),
      most: Math.min(retryAfter ?? own * 1.1, longest),
    };
    this.state = 'open';
    this.changes += 1;
  }

  stood(attempt: ModelAttempt): void {
    if (attempt.isOver) return;
    this.answered(attempt);
    if (attempt.changes === this.changes) this.row = [];
  }

  endedWell(attempt: ModelAttempt): void {
    this.stood(attempt);
    attempt.isOver = true;
  }

  left(attempt: ModelAttempt): void {
    if (!attempt.isOver && !attempt.isAnswered && attempt.changes === this.changes) {
      this.#lastNoise = this.now;
    }
    attempt.isOver = true;
  }
}
