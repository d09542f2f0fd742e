import { discoverKeysUrl } from './discovery.ts';
import { fetchJson } from './fetch-json.ts';
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
  const controller = new AbortController();
  const timedOut = new Error(`The key server of ${issuer} did not answer in time`);
  const timer = setTimeout(() => controller.abort(timedOut), timeoutMs);
  try {
    const url = keysUrl ?? (await discoverKeysUrl(issuer, controller.signal));
    return readVerificationKeys(await fetchJson(url, controller.signal));
  } finally {
    clearTimeout(timer);
  }
}
