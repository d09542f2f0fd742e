import type { RestTool } from '../options.ts';
import type { RequestPlan } from '../plan/request-plan.ts';
import type { Era } from '../result/output.ts';
import type { ResultSettings } from '../result/result-settings.ts';
import type { Check } from './compile-arguments.ts';

/** A tool, with all that can be worked out before it is called. */
export interface BuiltTool {
  readonly name: string;
  /** As in `tools/list`, for clients of either era. */
  readonly shown: Readonly<Record<Era, RestTool>>;
  readonly plan: RequestPlan;
  readonly check: Check;
  readonly result: ResultSettings;
  /** In milliseconds. */
  readonly timeout: number;
}
