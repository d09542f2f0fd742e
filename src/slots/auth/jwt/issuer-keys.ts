import { fetchJson } from '../../../http/fetch-json.ts';
import { plain } from '../../../lib/plain-error.ts';
import { timeLimited } from '../../../lib/time-limited.ts';
import { discoverKeysUrl } from './discovery.ts';
import { readVerificationKeys, type VerificationKeys } from './verification-keys.ts';

/** Where an issuer's keys are. */
export interface KeysLocation {
  readonly issuer: string;
  /** Undefined: where the issuer's metadata says. */
  readonly keysUrl: URL | undefined;
}

/** Fetches an issuer's keys, within `timeoutMs` in all. */
export async function fetchIssuerKeys(
  { issuer, keysUrl }: KeysLocation,
  timeoutMs: number,
): Promise<VerificationKeys> {
  const timedOut = plain(new Error(`The key server of ${issuer} did not answer in time`));
  return timeLimited(timeoutMs, timedOut, async (signal) => {
    const url = keysUrl ?? (await discoverKeysUrl(issuer, signal));
    return readVerificationKeys(await fetchJson(url, signal));
  });
}
