import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { written, writtenOf } from '../written.ts';
import type { Source } from './config-parts.ts';

/** The URL of an endpoint as agents know it; undefined where it is not known. */
export function publicUrlOf({ group: [endpoint], notes, options }: Source): URL | undefined {
  const { path, extra, extraNotes } = endpoint;
  if (extra['auth/validator'] === undefined) return undefined;
  const { publicUrl } = options;
  const place = extraNotes.at('auth/validator');
  if (publicUrl === undefined || path.params.length > 0) {
    place.warn(
      path.params.length > 0
        ? 'the URL differs by its parameters, so that no metadata tells clients where to log in'
        : 'without the option publicUrl, no metadata tells clients where to log in',
    );
    return undefined;
  }
  if (!URL.canParse(String(publicUrl)) || !/^https?:/.test(String(publicUrl))) {
    notes.refuse("the option publicUrl is a URL like 'https://gateway.example'");
    return undefined;
  }
  const url = new URL(publicUrl);
  if (endpoint.host !== undefined && endpoint.host !== url.host) {
    place.warn(
      `publicUrl is not about ${endpoint.host}, so that no metadata tells clients where to log in`,
    );
    return undefined;
  }
  if (!url.pathname.endsWith(path.route)) {
    url.pathname = `${url.pathname.replace(/\/+$/, '')}${path.route}`;
  }
  return url;
}

/** The same schemes, but without the metadata that a challenge would point to. */
export function withoutMetadata(schemes: readonly AuthenticationScheme[]): AuthenticationScheme[] {
  // The objects stay the same: what other modules know of their keys is stored by the object.
  return schemes.map((scheme) => {
    const form = writtenOf(scheme);
    const issuers: string[] = [];
    const isSame = form === undefined || scheme.issuers.length === 0;
    const changed = Object.assign(scheme, { issuers });
    return isSame ? changed : written(changed, { form, members: { issuers } });
  });
}
