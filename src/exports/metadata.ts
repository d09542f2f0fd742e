import type { IncomingMessage } from 'node:http';
import type { Middleware } from '../http/middleware.ts';
import { serveDocument } from '../http/serve-document.ts';
import { comparablePath, rootMetadataUrl } from '../oauth/metadata-url.ts';
import { claimRoot } from '../oauth/root-metadata.ts';
import { servedMetadata } from '../oauth/served-metadata.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import {
  type ProtectedResourceMetadataOptions,
  readResourceDocument,
} from '../slots/auth/resource-document.ts';

export type { ProtectedResourceMetadataOptions };

/**
 * Serves the metadata of the endpoint as a protected resource, to anyone and to any page, at the
 * well-known path that follows from `publicUrl`. Requests for other paths go on. To be mounted at
 * the root of the app.
 *
 * @param options - See {@link ProtectedResourceMetadataOptions}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for anything that is no URL, issuer or scope.
 * @see RFC 9728 sections 3 and 3.1
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use(protectedResourceMetadata({ publicUrl, authorizationServers: ['https://login.example'] }));
 * ```
 */
export function protectedResourceMetadata(options: ProtectedResourceMetadataOptions): Middleware {
  const { paths, urls, body } = checkConfig('protectedResourceMetadata', (problems) =>
    readResourceDocument(problems, options),
  );
  for (const url of urls) servedMetadata.add(url);
  const publicUrl = new URL(options.publicUrl);
  if (options.root === true) claimRoot(rootMetadataUrl(publicUrl).href, publicUrl.href);
  const serve = serveDocument(async () => body);
  return function protectedResourceMetadataMiddleware(req, res, next) {
    if (paths.includes(comparablePath(pathOf(req)))) serve(req, res, next);
    else next();
  };
}

isFactory('protectedResourceMetadata', protectedResourceMetadata);

/** A target may be a whole URL (RFC 9112 section 3.2.2). */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 1)[0] as string;
}
