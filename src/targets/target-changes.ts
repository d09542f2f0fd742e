import type { Kept } from '../kept.ts';
import { noop } from '../lib/noop.ts';
import type { TargetChange, TargetState } from './target-state.ts';

/** Passes on the changes of a gateway's targets, and holds their states. */
export class TargetChanges {
  /** The targets that can have more than one state; none once the gateway is out of service. */
  states: readonly TargetState[] = [];
  readonly #kept: Kept;
  #listener: (change: TargetChange) => void = noop;
  #observed: ObservedTargets | undefined;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  readonly tell = (change: TargetChange): void => {
    this.#kept.tell(() => this.#listener(change));
  };

  /**
   * From now on these observers are told, or none, in place of those before.
   *
   * @param listener - Told of each change.
   * @param observed - The targets as these observers see them.
   */
  observe(listener: (change: TargetChange) => void = noop, observed?: ObservedTargets): void {
    if (this.#observed !== undefined) this.#observed.changes = undefined;
    if (observed !== undefined) observed.changes = this;
    this.#listener = listener;
    this.#observed = observed;
  }
}

/** The targets of a gateway as the observers of one configuration see them: none while that does not hold. */
export class ObservedTargets {
  changes: TargetChanges | undefined;

  get states(): readonly TargetState[] {
    return this.changes?.states ?? [];
  }
}

/** The target changes of a gateway. */
export function targetChangesOf(kept: Kept): TargetChanges {
  return kept.of(['target changes'], () => new TargetChanges(kept));
}
