import { comparablePath, metadataUrl, rootMetadataUrl } from '../../oauth/metadata-url.ts';
import { isScope } from '../../oauth/scope.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { readPublicUrl } from '../../options/public-url.ts';

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

/** The metadata of a protected resource, and where it is served. */
export interface ResourceDocument {
  /** Without a slash at the end. */
  readonly paths: readonly string[];
  /** The same, from the scheme on. */
  readonly urls: readonly string[];
  readonly body: string;
}

/** Reads what is said of a protected resource. */
export function readResourceDocument(
  problems: ConfigProblems,
  options: ProtectedResourceMetadataOptions,
): ResourceDocument {
  problems.root(options, ['publicUrl', 'authorizationServers', 'scopes', 'root']);
  const { authorizationServers, scopes = [], root = false } = options;
  const publicUrl = readPublicUrl(problems, options.publicUrl) ?? new URL('http://invalid');
  if (options.publicUrl === undefined) problems.add('publicUrl', undefined, 'a URL');
  if (typeof root !== 'boolean') problems.add('root', root, 'true or false');
  const atLeast = { atLeast: 1 };
  const issuers = problems.list(
    'authorizationServers',
    authorizationServers,
    isUrl,
    'an issuer',
    atLeast,
  );
  const needed = problems.list('scopes', scopes, isNeeded, "a scope other than 'offline_access'");
  const urls = [metadataUrl(publicUrl), ...(root ? [rootMetadataUrl(publicUrl)] : [])];
  const document = {
    resource: publicUrl.href,
    authorization_servers: issuers,
    ...(needed.length > 0 && { scopes_supported: needed }),
    bearer_methods_supported: ['header'],
  };
  const paths = urls.map(({ pathname }) => comparablePath(pathname));
  return {
    paths,
    urls: urls.map(({ href }) => comparablePath(href)),
    body: JSON.stringify(document),
  };
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value);
}

/** Whether a client may stay is no business of a resource. */
function isNeeded(value: unknown): value is string {
  return isScope(value) && value !== 'offline_access';
}
