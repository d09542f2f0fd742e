const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/**
 * Where the metadata of a protected resource is: the well-known path, inserted between its host and
 * its path.
 *
 * @see RFC 9728 section 3.1
 */
export function metadataUrl(publicUrl: URL): URL {
  const path = publicUrl.pathname === '/' ? '' : publicUrl.pathname;
  return new URL(WELL_KNOWN + path, publicUrl);
}

/** Where it is besides, for clients that look at the root of a host. */
export function rootMetadataUrl(publicUrl: URL): URL {
  return new URL(WELL_KNOWN, publicUrl);
}
