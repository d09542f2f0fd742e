import { fetchJson } from '../../http/fetch-json.ts';
import { plain } from '../../lib/plain-error.ts';
import { toldError } from '../../lib/told-error.ts';

/**
 * Looks for something in the metadata that an issuer publishes under its own URL. Gives what `find` gives for
 * the first document that exists, that names this issuer, and for which `find` does not throw.
 *
 * @see RFC 8414 section 3; OpenID Connect Discovery 1.0 section 4; MCP, Authorization Server
 * Metadata Discovery
 */
export async function inIssuerMetadata<T>(
  issuer: string,
  signal: AbortSignal,
  find: (metadata: Readonly<Record<string, unknown>>, source: string) => T,
): Promise<T> {
  const failures: unknown[] = [];
  for (const url of metadataUrls(new URL(issuer))) {
    try {
      const metadata = Object(await fetchJson(url, signal)) as Record<string, unknown>;
      // RFC 8414 section 3.3: the metadata of another issuer must not be used.
      if (metadata.issuer !== issuer)
        throw new Error(`${url.href} is not the metadata of ${issuer}`);
      return find(metadata, url.href);
    } catch (error) {
      failures.push(error);
    }
  }
  const text = `No metadata of ${issuer} says what is needed`;
  throw plain(new AggregateError(failures, text), `${text}: ${toldError(failures[0])}`);
}

/**
 * The URLs where the metadata may be. An issuer with a path has it below the well-known name, or has the
 * well-known name below its path.
 */
function metadataUrls({ origin, pathname }: URL): URL[] {
  const path = pathname.replace(/\/$/, '');
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(urls)].map((url) => new URL(url));
}
