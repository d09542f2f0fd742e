import type { NowOrLater } from '../../../lib/now-or-later.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** Where the keys to verify with come from. */
export interface KeySource {
  /** The keys to verify with. Rejects with `KeysUnavailable` where there are none. */
  current(): NowOrLater<VerificationKeys>;
  /**
   * The keys that are there without a fetch; undefined where there are none, or they are too old. Fetches
   * nothing.
   */
  readonly held: VerificationKeys | undefined;
  /**
   * Gives newer keys, if there are any, after `lacking` turned out to have none that fits a token.
   *
   * @param origin - What the token says of its key and subject.
   */
  renewed(lacking: VerificationKeys, origin: string): Promise<VerificationKeys>;
}
