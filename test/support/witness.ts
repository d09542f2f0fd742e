import { EventEmitter, once } from 'node:events';
import { afterEach, expect } from '@jest/globals';
import type {
  GatewayContext,
  GatewayUpdate,
  Observer,
  RequestRecord,
  SlotDecision,
  TargetChange,
} from '../../src/index.ts';
// Its `afterEach` closes the connections, and has to be registered first.
import './servers.ts';

/** A call of an observer. */
export interface Call {
  readonly name: keyof Observer;
  /** The first argument of the call; undefined for `onRequest`. */
  readonly value: unknown;
  readonly ctx: GatewayContext;
}

/** An observer that records all calls. */
export class Witness extends EventEmitter implements Required<Observer> {
  readonly calls: Call[] = [];

  onRequest(ctx: GatewayContext): void {
    this.#add({ name: 'onRequest', value: undefined, ctx });
  }

  onDecision(value: SlotDecision, ctx: GatewayContext): void {
    this.#add({ name: 'onDecision', value, ctx });
  }

  onResponse(value: object, ctx: GatewayContext): void {
    this.#add({ name: 'onResponse', value, ctx });
  }

  onEvent(value: object, ctx: GatewayContext): void {
    this.#add({ name: 'onEvent', value, ctx });
  }

  onClose(value: RequestRecord, ctx: GatewayContext): void {
    this.#add({ name: 'onClose', value, ctx });
  }

  /** Changes of targets, each with the name of the gateway. They are not in `calls`: they belong to no request. */
  readonly changes: [change: TargetChange, gateway: string][] = [];

  onTarget(change: TargetChange, gateway: string): void {
    this.changes.push([change, gateway]);
    this.emit('call');
  }

  /** Changes of the configuration, each with the name of the gateway. */
  readonly updates: [update: GatewayUpdate, gateway: string][] = [];

  onUpdate(update: GatewayUpdate, gateway: string): void {
    this.updates.push([update, gateway]);
  }

  /** Waits for the n-th change of a target, from 0. */
  async change(n = 0): Promise<TargetChange> {
    await this.#until(() => this.changes.length > n);
    return this.changes[n]?.[0] as TargetChange;
  }

  #add(call: Call): void {
    this.calls.push(call);
    this.emit('call');
  }

  get records(): RequestRecord[] {
    return this.told('onClose') as RequestRecord[];
  }

  /** `cors: allow`, `use: deny internal_error`, in the order they came. */
  get decisions(): string[] {
    return (this.told('onDecision') as SlotDecision[]).map(({ slot, outcome, reason }) =>
      [`${slot}:`, outcome, reason].filter(Boolean).join(' '),
    );
  }

  /** The values that one of the callbacks got, in order. */
  told(name: keyof Observer): unknown[] {
    return this.calls.filter((call) => call.name === name).map(({ value }) => value);
  }

  /** Waits for the n-th record, from 0. */
  async record(n = 0): Promise<RequestRecord> {
    await this.#until(() => this.records.length > n);
    return this.records[n] as RequestRecord;
  }

  /** Waits until a callback was called that many times. */
  async has(name: keyof Observer, count: number): Promise<void> {
    await this.#until(() => this.told(name).length >= count);
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await once(this, 'call');
  }
}

/**
 * A witness whose calls are checked when the test is over and all connections are closed. For every
 * request there is one `onRequest` first and one `onClose` last. Between them, the head comes before the
 * events, which are counted without a gap, and times never go back.
 */
export function witness(): Witness {
  const observer = new Witness();
  witnesses.push(observer);
  return observer;
}

const witnesses: Witness[] = [];

afterEach(() => {
  for (const { calls } of witnesses.splice(0)) {
    for (const ofOne of Map.groupBy(calls, ({ ctx }) => ctx).values()) expectOrder(ofOne);
  }
});

function expectOrder(calls: readonly Call[]): void {
  expect(calls.map(({ name }) => name).join(' ')).toMatch(
    /^onRequest( onDecision)*( onResponse( onEvent)*)? onClose$/,
  );
  const record = calls.at(-1)?.value as RequestRecord;
  const events = valuesOf<{ number: number; ms: number }>(calls, 'onEvent');
  const [head] = valuesOf<{ status: number; headMs: number }>(calls, 'onResponse');
  expect(events.map(({ number }) => number)).toEqual(events.map((_, i) => i + 1));
  expect(record).toMatchObject({
    events: events.length,
    status: head?.status,
    headMs: head?.headMs,
    firstEventMs: events[0]?.ms,
  });
  const times = [0, head?.headMs, ...events.map(({ ms }) => ms), record.totalMs].filter(
    (ms) => ms !== undefined,
  );
  expect(times).toEqual(times.toSorted((a, b) => a - b));
}

function valuesOf<T>(calls: readonly Call[], name: keyof Observer): T[] {
  return calls.filter((call) => call.name === name).map(({ value }) => value as T);
}
