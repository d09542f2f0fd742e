import { fetchJson } from '../../../http/fetch-json.ts';
import { secureUrl } from '../../../http/secure-url.ts';

/**
 * Finds where an issuer's keys are, in the metadata that it publishes under its own URL.
 *
 * @see RFC 8414 section 3; OpenID Connect Discovery 1.0 section 4; MCP, Authorization Server
 * Metadata Discovery
 */
export async function discoverKeysUrl(issuer: string, signal: AbortSignal): Promise<URL> {
  const failures: unknown[] = [];
  for (const url of metadataUrls(new URL(issuer))) {
    try {
      return keysUrlIn(await fetchJson(url, signal), issuer, url);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `No metadata of ${issuer} says where its keys are`);
}

/** Where it may be: an issuer with a path has its own next to the well-known name. */
function metadataUrls({ origin, pathname }: URL): URL[] {
  const path = pathname.replace(/\/$/, '');
  const urls = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  return [...new Set(urls)].map((url) => new URL(url));
}

function keysUrlIn(metadata: unknown, issuer: string, source: URL): URL {
  const { issuer: named, jwks_uri } = Object(metadata) as Record<string, unknown>;
  // RFC 8414 section 3.3: the metadata of another issuer must not be used.
  if (named !== issuer) throw new Error(`${source.href} is not the metadata of ${issuer}`);
  const url = secureUrl(jwks_uri);
  if (url === undefined) throw new Error(`${source.href} has no usable jwks_uri`);
  return url;
}
