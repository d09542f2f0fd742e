import type { Follow } from './followed-request.ts';
import type { Callbacks } from './isolate.ts';

/** What is the same for all requests. */
export interface ObserveSettings {
  /** What the gateway is known by. */
  readonly gateway: string;
  /** Whether an observer wants the arguments of tools. */
  readonly keepsCalls: boolean;
  readonly callbacks: Callbacks;
  /** Who makes followers. */
  readonly follow: readonly Follow[];
}
