import type { IncomingMessage } from 'node:http';
import { metadataUrl, rootMetadataUrl } from '../http/metadata-url.ts';
import type { Middleware } from '../http/middleware.ts';
import { isScope } from '../http/scope.ts';
import { serveDocument } from '../http/serve-document.ts';
import { checkConfig } from '../options/config-problems.ts';
import { readPublicUrl } from '../options/public-url.ts';

/** What a client has to know to get a token for the endpoint. */
export interface ProtectedResourceMetadataOptions {
  /** The URL under which agents reach the endpoint. Required. */
  readonly publicUrl: string | URL;
  /** The issuers of its tokens. Required. */
  readonly authorizationServers: readonly string[];
  /** The scopes a client needs at least. Default: none. */
  readonly scopes?: readonly string[];
  /** Whether the document is at the root of the host as well. Default: `false`. */
  readonly root?: boolean;
}

/**
 * Serves the metadata of the endpoint as a protected resource, to anyone and to any page, at the
 * well-known path that follows from `publicUrl`. Requests for other paths go on. To be mounted at
 * the root of the app.
 *
 * @param options - See {@link ProtectedResourceMetadataOptions}.
 * @throws {GatewayConfigError} for anything that is no URL, issuer or scope.
 * @see RFC 9728 sections 3 and 3.1
 */
export function protectedResourceMetadata(options: ProtectedResourceMetadataOptions): Middleware {
  const { paths, body } = checkConfig((problems) => {
    problems.root(options, ['publicUrl', 'authorizationServers', 'scopes', 'root']);
    const { authorizationServers, scopes = [], root = false } = options;
    const publicUrl = readPublicUrl(problems, options.publicUrl) ?? new URL('http://invalid');
    if (options.publicUrl === undefined) problems.add('publicUrl', undefined, 'a URL');
    if (typeof root !== 'boolean') problems.add('root', root, 'true or false');
    const issuers = problems.list(
      'authorizationServers',
      authorizationServers,
      isUrl,
      'an issuer',
      {
        atLeast: 1,
      },
    );
    const needed = problems.list('scopes', scopes, isNeeded, "a scope other than 'offline_access'");
    const urls = [metadataUrl(publicUrl), ...(root ? [rootMetadataUrl(publicUrl)] : [])];
    const document = {
      resource: publicUrl.href,
      authorization_servers: issuers,
      ...(needed.length > 0 && { scopes_supported: needed }),
      bearer_methods_supported: ['header'],
    };
    return { paths: urls.map(({ pathname }) => pathname), body: JSON.stringify(document) };
  });

  const serve = serveDocument(async () => body);
  return function protectedResourceMetadataMiddleware(req, res, next) {
    if (paths.includes(pathOf(req))) serve(req, res, next);
    else next();
  };
}

/** A target may be a whole URL (RFC 9112 section 3.2.2). */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 1)[0] as string;
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value);
}

/** Whether a client may stay is no business of a resource. */
function isNeeded(value: unknown): value is string {
  return isScope(value) && value !== 'offline_access';
}
