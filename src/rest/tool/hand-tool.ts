import type { ConfigProblems } from '../../options/config-problems.ts';
import type { JsonObject } from '../json.ts';
import type { PlannedTool } from '../plan/plan-operation.ts';
import type { ToolSettings } from '../read-tool-settings.ts';

/** A tool that is written by hand, read. */
export interface HandTool extends PlannedTool {
  /** Where it stands. */
  readonly problems: ConfigProblems;
  readonly name: string;
  readonly outputSchema: JsonObject | undefined;
  readonly settings: ToolSettings;
}
