import { AnyIssuer } from './any-issuer.ts';
import type { JwtClock } from './clock.ts';
import { GivenKeys } from './given-keys.ts';
import { fetchIssuerKeys } from './issuer-keys.ts';
import type { IssuerSettings } from './issuer-option.ts';
import type { Issuers } from './issuers.ts';
import { KeySet } from './key-set.ts';
import type { KeysSettings } from './keys-options.ts';
import { SingleIssuer } from './single-issuer.ts';
import { TenantIssuers } from './tenant-issuers.ts';
import { TenantKeys } from './tenant-keys.ts';
import { TenantUrl } from './tenant-url.ts';

/** What the options say of the issuers and their keys. */
export interface IssuersSettings {
  readonly issuer: IssuerSettings;
  readonly keys: KeysSettings;
}

/** The issuers that the options name, with keys that are fetched when they are needed. */
export function issuersOf({ issuer, keys }: IssuersSettings, clock: JwtClock): Issuers {
  const { given, url, allowsHttp } = keys;
  const { monotonic, keysTimeoutMs } = clock;

  const fetchOf = (name: string, keysUrl: URL | undefined) =>
    fetchIssuerKeys({ issuer: name, keysUrl, allowsHttp }, keysTimeoutMs);

  const sharedBy = (name: string, keysUrl: URL | undefined) =>
    given === undefined
      ? new KeySet(() => fetchOf(name, keysUrl), monotonic)
      : new GivenKeys(given);

  if ('isAny' in issuer) {
    return new AnyIssuer(sharedBy('any', url instanceof TenantUrl ? undefined : url));
  }
  if (!('pattern' in issuer)) {
    // A URL with `{tenant}` is only read where the issuer has tenants.
    const keysUrl = url instanceof TenantUrl ? undefined : url;
    return new SingleIssuer(issuer.name, sharedBy(issuer.name, keysUrl));
  }
  const { pattern, isKnown, tenants } = issuer;
  if (given !== undefined || url instanceof URL) {
    const keysUrl = url instanceof URL ? url : undefined;
    return new TenantIssuers(pattern, isKnown, sharedBy(pattern.text, keysUrl));
  }
  const fetchOfTenant = (tenant: string) =>
    fetchOf(pattern.of(tenant), url && new URL(url.of(tenant)));
  const ofEach = new TenantKeys(fetchOfTenant, monotonic, tenants);
  return new TenantIssuers(pattern, isKnown, ofEach);
}
