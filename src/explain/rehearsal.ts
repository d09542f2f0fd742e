import type { ErrorReason } from '../errors.ts';
import type { Observation, Refusal } from '../observation.ts';
import type { SlotName } from '../slot-name.ts';
import { cap } from '../slots/observe/told-parts.ts';
import type { ExplainedSlot } from './explanation.ts';

/** Takes note of what slots decide about a request that is only described. */
export class Rehearsal implements Observation {
  readonly followed = undefined;
  readonly client = undefined;
  readonly toolCalls: Observation['toolCalls'] = [];
  readonly hearsDecisions = true;
  /** Why the request is refused. */
  reason: ErrorReason | undefined;
  /** The slot that the request has come to. */
  slot: SlotName = 'relay';
  #unasked: string[] = [];
  #shadows: ExplainedSlot[] = [];
  readonly #rows = new Map<SlotName, readonly ExplainedSlot[]>();

  /** A row for each of these slots, and for others that have refused it. */
  rowsOf(slots: readonly SlotName[]): ExplainedSlot[] {
    const all = new Set([...slots, ...this.#rows.keys()]);
    return [...all].flatMap(
      (slot) => this.#rows.get(slot) ?? row(slot, 'skipped', { detail: 'not reached' }),
    );
  }

  entered(slot: SlotName): void {
    this.slot = slot;
    this.#unasked = [];
    this.#shadows = [];
  }

  passed(slot: SlotName): void {
    const detail = this.#unasked.length > 0 ? this.#unasked.join('; ') : undefined;
    this.#note(row(slot, detail === undefined ? 'allow' : 'skipped', { detail }));
  }

  refused(reason: ErrorReason, by: Refusal = {}): void {
    this.reason = reason;
    const { slot = this.slot, policy, detail = this.#unasked.join('; ') || undefined } = by;
    this.#note({ ...row(slot, 'deny', { policy, detail }), reason });
  }

  unasked(detail: string): void {
    this.#unasked.push(detail);
  }

  shadowed({ slot = this.slot, policy, detail }: Refusal): void {
    const denial = { ...row(slot, 'deny', { policy, detail }), reason: 'policy_denied' } as const;
    this.#shadows.push({ ...denial, mode: 'shadow' });
  }

  #note(own: ExplainedSlot): void {
    this.#rows.set(own.slot, [...this.#shadows, own]);
  }

  reported(): void {}
  sentTo(): void {}
  answered(): void {}
  relayed(): void {}
  received(): void {}
  ended(): void {}
}

function row(
  slot: SlotName,
  outcome: ExplainedSlot['outcome'],
  { policy, detail }: Refusal,
): ExplainedSlot {
  return { slot, outcome, reason: undefined, policy, detail: detail && cap(detail) };
}
