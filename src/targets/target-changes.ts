import type { Kept } from '../kept.ts';
import { noop } from '../lib/noop.ts';
import type { TargetChange, TargetState } from './target-state.ts';

/** Where the targets of a gateway tell of their changes, and how they are. */
export class TargetChanges {
  /** Those that can have more than one state; none once the gateway is out of service. */
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
   * Other observers than before, or none, are told from now on.
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

/** The targets of a gateway as the observers of one configuration see them: none while it does not hold. */
export class ObservedTargets {
  changes: TargetChanges | undefined;

  get states(): readonly TargetState[] {
    return this.changes?.states ?? [];
  }
}

/** Those of a gateway. */
export function targetChangesOf(kept: Kept): TargetChanges {
  return kept.of(['target changes'], () => new TargetChanges(kept));
}
