import type { OutputCheck } from './output.ts';
import type { PickTree } from './pick.ts';

/** How an answer becomes a result, worked out once for each tool. */
export interface ResultSettings {
  /** The name of the tool. */
  readonly tool: string;
  /** How many bytes a result may have. */
  readonly max: number;
  readonly pick: PickTree;
  /** Undefined where the tool has no `outputSchema`. */
  readonly output: OutputCheck | undefined;
  /** Arguments that look as if they make an answer shorter. */
  readonly paging: readonly string[];
}
