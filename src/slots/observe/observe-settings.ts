import type { Follow } from './followed-request.ts';
import type { Callbacks } from './isolate.ts';

/** The settings that are the same for all requests. */
export interface ObserveSettings {
  /** The name by which observers know the gateway. */
  readonly gateway: string;
  /** Whether an observer wants the arguments of tools. */
  readonly keepsCalls: boolean;
  readonly callbacks: Callbacks;
  /** The functions that make followers. */
  readonly follow: readonly Follow[];
}
