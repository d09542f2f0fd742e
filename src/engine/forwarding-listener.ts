import type { UpstreamListener } from './engine.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/** Hands every event on. An engine that wraps another one overrides the events that it acts on. */
export abstract class ForwardingListener implements UpstreamListener {
  readonly #listener: UpstreamListener;

  constructor(listener: UpstreamListener) {
    this.#listener = listener;
  }

  onConnecting(): void {
    this.#listener.onConnecting();
  }

  onConnected(): void {
    this.#listener.onConnected();
  }

  onBodyBytes(bytes: Uint8Array): void {
    this.#listener.onBodyBytes(bytes);
  }

  onBodySent(): void {
    this.#listener.onBodySent();
  }

  onBodyBlocked(): void {
    this.#listener.onBodyBlocked();
  }

  onBodyFlowing(): void {
    this.#listener.onBodyFlowing();
  }

  onBodyLost(): void {
    this.#listener.onBodyLost();
  }

  onAnswer(answer: UpstreamAnswer): void {
    this.#listener.onAnswer(answer);
  }

  onFailure(failure: UpstreamFailure): void {
    this.#listener.onFailure(failure);
  }
}
