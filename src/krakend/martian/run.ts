import type { GatewayContext } from '../../gateway-context.ts';
import type { HeaderLines } from './header-lines.ts';

/** What modifiers and conditions have before them. */
export interface Run {
  readonly ctx: GatewayContext;
  /** The headers of the message that is changed. */
  readonly headers: HeaderLines;
  /** Those of the request; for an answer, as they went upstream. */
  readonly request: HeaderLines;
}

/** Whether a message is one that a modifier is for. */
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
