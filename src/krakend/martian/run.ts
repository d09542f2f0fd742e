import type { GatewayContext } from '../../gateway-context.ts';
import type { HeaderLines } from './header-lines.ts';

/** What modifiers and conditions work on. */
export interface Run {
  readonly ctx: GatewayContext;
  /** The headers of the message that is changed. */
  readonly headers: HeaderLines;
  /** The headers of the request; for an answer, as they went upstream. */
  readonly request: HeaderLines;
}

/** Whether a modifier is to run for a message. */
export type Condition = (run: Run) => boolean;

/** Changes the headers of a message. */
export type Action = (run: Run) => void;

/** One modifier, ready to run. */
export interface RunStep {
  /** Undefined: always. */
  readonly condition: Condition | undefined;
  readonly action: Action;
}

/** Runs modifiers in their order. */
export function runAll(steps: readonly RunStep[], run: Run): void {
  for (const { condition, action } of steps) {
    if (condition === undefined || condition(run)) action(run);
  }
}
