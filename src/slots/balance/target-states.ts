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
  return kept.of(['target states', relay, breaker], () => {
    const { tell } = targetChangesOf(kept);
    return targetsOf(relay, kept).map((target) => new TargetState(target, breaker, tell));
  });
}
