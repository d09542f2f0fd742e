import type { Kept } from '../../kept.ts';
import { type RelayPlan, targetsOf } from '../../relay/options.ts';
import type { BreakerSettings } from '../../targets/breaker.ts';
import { targetChangesOf } from '../../targets/target-changes.ts';
import { TargetState } from '../../targets/target-state.ts';

/** How the targets of a gateway are, in their order. */
export function targetStatesOf(
  relay: RelayPlan,
  breaker: BreakerSettings | undefined,
  kept: Kept,
): readonly TargetState[] {
  const { tell } = targetChangesOf(kept);
  return targetsOf(relay, kept).map((target) => {
    const create = () => new TargetState(target, breaker, tell);
    const state = kept.of(['target state', target.site], create);
    kept.onceBuilt(() => state.reconfigure(target, breaker));
    return state;
  });
}
