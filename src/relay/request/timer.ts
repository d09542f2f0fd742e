import { Deadline } from '../../lib/deadline.ts';
import type { Timeouts } from '../timeouts.ts';

/**
 * The timers of a request until it is answered: one for the stage it is in, to connect and then to
 * get a response, and one that runs while the upstream takes no more of its body.
 */
export class AnswerTimer {
  readonly #timeouts: Timeouts;
  readonly #onTimeout: () => void;
  readonly #stage = new Deadline();
  readonly #stall = new Deadline();
  /** A GET may stay unanswered for as long as it likes. */
  readonly #mayStaySilent: boolean;
  #isOver = false;
  isConnected = false;
  isBodySent = false;

  constructor(method: string, timeouts: Timeouts, onTimeout: () => void) {
    this.#mayStaySilent = method === 'GET';
    this.#timeouts = timeouts;
    this.#onTimeout = onTimeout;
  }

  onConnecting(): void {
    if (!this.#isOver) this.#stage.start(this.#timeouts.connect, this.#onTimeout);
  }

  onConnected(): void {
    if (this.#isOver) return;
    this.isConnected = true;
    this.#stage.clear();
    this.#awaitAnswer();
  }

  onBodySent(): void {
    this.isBodySent = true;
    this.#awaitAnswer();
  }

  onBodyBlocked(): void {
    if (!this.#isOver) this.#stall.start(this.#timeouts.response, this.#onTimeout);
  }

  onBodyFlowing(): void {
    this.#stall.clear();
  }

  /** It is answered, or nobody waits any more. */
  stop(): void {
    this.#isOver = true;
    this.#stage.clear();
    this.#stall.clear();
  }

  #awaitAnswer(): void {
    const isDue = !this.#isOver && this.isConnected && this.isBodySent && !this.#mayStaySilent;
    if (isDue) this.#stage.start(this.#timeouts.response, this.#onTimeout);
  }
}
