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

/**
 * The path or URL of a document as they are compared: with or without a slash at its end, it is the same.
 * `resource` and challenges say it as `publicUrl` does.
 */
export function comparablePath(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}

/** Where it is besides, for clients that look at the root of a host. */
export function rootMetadataUrl(publicUrl: URL): URL {
  return new URL(WELL_KNOWN, publicUrl);
}
