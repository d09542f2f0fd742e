import { LISTEN_METHOD } from '../mcp/message/listen-method.ts';
import type { AnswerBegun } from '../slots/observe/follower.ts';
import type { ObservedMessage, RequestRecord } from '../slots/observe/observer.ts';
import type { Target } from '../targets/target.ts';
import { clientVerdict, type Outcome, serverVerdict, type Verdict } from './verdict.ts';

/** The role that the gateway had for a message: the server of the client, or a client of the upstream. */
export type Side = 'server' | 'client';

/** A message that has been answered: by the gateway, or by a target. */
export interface Operation<M extends ObservedMessage = ObservedMessage> {
  readonly side: Side;
  readonly message: M;
  readonly verdict: Verdict;
  readonly seconds: number;
  /** Where it was sent; undefined on the side `server`. */
  readonly target: Target | undefined;
}

/** Is told what was measured. */
export interface OperationListener<M extends ObservedMessage = ObservedMessage> {
  /** The upstream has answered for this message: its name is a real one, or is refused. */
  onRelayed(message: M): void;
  onOperation(operation: Operation<M>): void;
}

/** No connection came about with the target that was chosen first. */
export const UNREACHABLE: Outcome = {
  reason: 'upstream_unreachable',
  status: undefined,
  end: 'complete',
};

/** The head of an answer that is a stream, as an outcome. */
export function begunOutcome(status: number): Outcome {
  return { reason: 'relayed', status, end: 'complete' };
}

/** One time that a request was sent to a target. */
interface Attempt {
  readonly target: Target;
  readonly sentAt: number;
  /** Known when the next one begins. */
  seconds: number | undefined;
}

/**
 * Measures how long the messages of one request take, on both sides. A message whose answer may stay open is
 * over with the head of the answer.
 */
export class MeasuredRequest<M extends ObservedMessage = ObservedMessage> {
  readonly #listener: OperationListener<M>;
  readonly #attempts: Attempt[] = [];
  #isListening = false;

  constructor(listener: OperationListener<M>) {
    this.#listener = listener;
  }

  /** The request goes to a target. Called again where the target before could not be reached. */
  sending(target: Target): void {
    const now = performance.now();
    const last = this.#attempts.at(-1);
    if (last !== undefined) last.seconds = (now - last.sentAt) / 1000;
    this.#attempts.push({ target, sentAt: now, seconds: undefined });
  }

  /** The head of its answer is written. */
  begun({ status, isEventStream, headMs }: AnswerBegun, messages: () => readonly M[]): void {
    if (!isEventStream) return;
    for (const message of messages()) {
      if (message.method !== LISTEN_METHOD) continue;
      this.#isListening = true;
      this.#measure(message, begunOutcome(status), headMs);
    }
  }

  /** The request is over. */
  closed(record: RequestRecord, messages: readonly M[]): void {
    // For all messages, before the first is measured: from then on, names of this request may be shown.
    if (record.reason === 'relayed') {
      for (const message of messages) this.#listener.onRelayed(message);
    }
    for (const message of messages) {
      // A response to a request of the server is not measured.
      if (message.method === undefined || (this.#isListening && message.method === LISTEN_METHOD))
        continue;
      this.#measure(message, record, record.totalMs);
    }
  }

  #measure(message: M, outcome: Outcome, ms: number): void {
    const listener = this.#listener;
    const last = this.#attempts.at(-1);
    for (const attempt of this.#attempts) {
      const { target } = attempt;
      const verdict = clientVerdict(attempt === last ? outcome : UNREACHABLE, message);
      const seconds = attempt.seconds ?? (performance.now() - attempt.sentAt) / 1000;
      listener.onOperation({ side: 'client', message, verdict, seconds, target });
    }
    const verdict = serverVerdict(outcome, message);
    listener.onOperation({
      side: 'server',
      message,
      verdict,
      seconds: ms / 1000,
      target: undefined,
    });
  }
}
