import type { Target } from './target.ts';
import type { TargetState } from './target-state.ts';

/** All targets: first those that are in use, and at the end those that an operator took out of service. */
export function inOrderOfUse(states: readonly TargetState[]): Target[] {
  const inUse = states.filter(({ name }) => name === 'closed');
  const drained = states.filter(({ name }) => name === 'draining');
  const others = states.filter((state) => !inUse.includes(state) && !drained.includes(state));
  return [...inUse, ...others, ...drained].map(({ target }) => target);
}
