import type { NowOrLater } from '../../lib/now-or-later.ts';

/** Decides what a caller may see in the lists that a server gives. */
export interface ListFilter {
  /** Whether the caller would be let through with this method and this name. */
  allows(method: string, name: string): NowOrLater<boolean>;
}
