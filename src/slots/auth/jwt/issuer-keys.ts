import { fetchJson } from '../../../http/fetch-json.ts';
import { secureUrl } from '../../../http/secure-url.ts';
import { plain } from '../../../lib/plain-error.ts';
import { timeLimited } from '../../../lib/time-limited.ts';
import { inIssuerMetadata } from '../issuer-metadata.ts';
import { readVerificationKeys, type VerificationKeys } from './verification-keys.ts';

/** Where an issuer's keys are. */
export interface KeysLocation {
  readonly issuer: string;
  /** Undefined: the URL that the issuer's metadata names. */
  readonly keysUrl: URL | undefined;
  /** Whether they, or the metadata, may come over http from another machine. */
  readonly allowsHttp: boolean;
}

/** Fetches an issuer's keys, within `timeoutMs` in all. */
export async function fetchIssuerKeys(
  { issuer, keysUrl, allowsHttp }: KeysLocation,
  timeoutMs: number,
): Promise<VerificationKeys> {
  const timedOut = plain(new Error(`The key server of ${issuer} did not answer in time`));
  return timeLimited(timeoutMs, timedOut, async (signal) => {
    const url = keysUrl ?? (await discoverKeysUrl(issuer, allowsHttp, signal));
    return readVerificationKeys(await fetchJson(url, signal));
  });
}

function discoverKeysUrl(issuer: string, allowsHttp: boolean, signal: AbortSignal): Promise<URL> {
  return inIssuerMetadata(issuer, signal, ({ jwks_uri }, source) => {
    const url = secureUrl(jwks_uri, allowsHttp);
    if (url === undefined) throw new Error(`${source} has no usable jwks_uri`);
    return url;
  });
}
