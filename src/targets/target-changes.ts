import type { Kept } from '../kept.ts';
import { noop } from '../lib/noop.ts';
import type { TargetChange, TargetState } from './target-state.ts';

/** Where the targets of a gateway tell of their changes, and how they are. */
export class TargetChanges {
  /** Those that can have more than one state; none once the gateway is out of service. */
  states: readonly TargetState[] = [];
  /** Told of each. */
  listener: (change: TargetChange) => void = noop;

  readonly tell = (change: TargetChange): void => this.listener(change);
}

/** Those of a gateway. */
export function targetChangesOf(kept: Kept): TargetChanges {
  return kept.of(['target changes'], () => new TargetChanges());
}
