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
 * The path or URL of a document in the form that is compared: a slash at its end makes no difference.
 * `resource` and challenges say it as `publicUrl` does.
 */
export function comparablePath(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}

/**
 * The URLs at which the metadata is served: the well-known path, and the root as well where that is wanted.
 */
export function metadataUrls(publicUrl: URL, root: boolean): URL[] {
  const urls = [metadataUrl(publicUrl), ...(root ? [rootMetadataUrl(publicUrl)] : [])];
  return urls.filter(({ href }, i) => urls.findIndex((url) => url.href === href) === i);
}

/** The URL of the metadata at the root of a host, for clients that look there. */
export function rootMetadataUrl(publicUrl: URL): URL {
  return new URL(WELL_KNOWN, publicUrl);
}
