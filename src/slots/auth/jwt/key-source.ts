import type { NowOrLater } from '../../../lib/now-or-later.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** Where the keys to verify with come from. */
export interface KeySource {
  /** The keys to verify with. Rejects with `KeysUnavailable` where there are none. */
  current(): NowOrLater<VerificationKeys>;
  /** Those that would be verified with if nothing were fetched; undefined where there are none. Fetches nothing. */
  readonly held: VerificationKeys | undefined;
  /**
   * The keys after `lacking` turned out to have none that fits a token: newer ones, if there are.
   *
   * @param origin - What the token says of its key and subject.
   */
  renewed(lacking: VerificationKeys, origin: string): Promise<VerificationKeys>;
}
