import type { Kept } from '../../kept.ts';
import { type RelayPlan, targetsOf } from '../../relay/options.ts';
import type { BreakerSettings } from '../../targets/breaker.ts';
import { targetChangesOf } from '../../targets/target-changes.ts';
import { TargetState } from '../../targets/target-state.ts';

/**
 * The states of the targets of a gateway, in their order. Until `TargetService` has them, they are as an
 * earlier configuration had them.
 */
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
