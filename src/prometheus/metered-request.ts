import {
  MeasuredRequest,
  type Operation,
  type OperationListener,
} from '../operations/measured-request.ts';
import type { AnswerBegun, Follower, Sending } from '../slots/observe/follower.ts';
import type { ObservedMessage, RequestRecord, SlotDecision } from '../slots/observe/observer.ts';
import type { GatewayMeter } from './gateway-meter.ts';
import type { Metrics } from './metrics.ts';

/** Counts one request, and measures its messages. */
export class MeteredRequest implements Follower, OperationListener {
  readonly #metrics: Metrics;
  readonly #meter: GatewayMeter;
  readonly #method: string | undefined;
  readonly #measured = new MeasuredRequest(this);
  #isStream = false;

  /** @param method - The HTTP method. */
  constructor(metrics: Metrics, meter: GatewayMeter, method: string | undefined) {
    this.#metrics = metrics;
    this.#meter = meter;
    this.#method = method;
    meter.inFlight += 1;
  }

  onDenied(decision: SlotDecision): void {
    this.#metrics.decisions.inc(this.#meter.ofDecision(decision));
  }

  onSending({ target }: Sending, send: () => void): void {
    this.#measured.sending(target);
    send();
  }

  onHead(head: AnswerBegun, messages: () => readonly ObservedMessage[]): void {
    if (head.isEventStream) {
      this.#isStream = true;
      this.#meter.inFlight -= 1;
      this.#meter.streams += 1;
    }
    this.#measured.begun(head, messages);
  }

  onFirstEvent(ms: number): void {
    // On a stream that a GET has opened, it only tells when the server had something to send.
    if (this.#method === 'POST') this.#metrics.firstEvent.observe(this.#meter.labels, ms / 1000);
  }

  onClose(record: RequestRecord): void {
    if (this.#isStream) this.#meter.streams -= 1;
    else this.#meter.inFlight -= 1;
    this.#metrics.requests.inc(this.#meter.ofRequest(record));
    this.#measured.closed(record, record.messages);
  }

  onRelayed(message: ObservedMessage): void {
    this.#meter.learn(message);
  }

  onOperation(operation: Operation): void {
    const labels = this.#meter.ofOperation(operation);
    this.#metrics.operations[operation.side].observe(labels, operation.seconds);
  }
}
