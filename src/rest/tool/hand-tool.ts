import type { JsonObject } from '../json.ts';
import type { PlannedTool } from '../plan/plan-operation.ts';
import type { ToolSettings } from '../read-tool-settings.ts';

/** A tool that is written by hand, after its options were read. */
export interface HandTool extends PlannedTool {
  /** Its index in the list. */
  readonly index: number;
  readonly name: string;
  readonly outputSchema: JsonObject | undefined;
  readonly settings: ToolSettings;
}
