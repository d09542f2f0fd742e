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

/** Where it is served: at the well-known path, and at the root as well where that is wanted. */
export function metadataUrls(publicUrl: URL, root: boolean): URL[] {
  const urls = [metadataUrl(publicUrl), ...(root ? [rootMetadataUrl(publicUrl)] : [])];
  return urls.filter(({ href }, i) => urls.findIndex((url) => url.href === href) === i);
}

/** Where it is besides, for clients that look at the root of a host. */
export function rootMetadataUrl(publicUrl: URL): URL {
  return new URL(WELL_KNOWN, publicUrl);
}
