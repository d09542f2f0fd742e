import type { Kept } from '../../kept.ts';
import { type RelayPlan, targetsOf } from '../../relay/options.ts';
import type { BreakerSettings } from '../../targets/breaker.ts';
import { targetChangesOf } from '../../targets/target-changes.ts';
import { TargetState } from '../../targets/target-state.ts';

/** How the targets of a gateway are, in their order; as an earlier configuration had them until `TargetService` has them. */
export function targetStatesOf(
  relay: RelayPlan,
  breaker: BreakerSettings | undefined,
  kept: Kept,
): readonly TargetState[] {
  const { tell } = targetChangesOf(kept);
  return targetsOf(relay, kept).map((target) => {
    return kept.of(['target state', target.site], () => new TargetState(target, breaker, tell));
  });
}
