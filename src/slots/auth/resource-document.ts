import { comparablePath, metadataUrls } from '../../oauth/metadata-url.ts';
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
  /** The same as whole URLs. */
  readonly urls: readonly string[];
  readonly body: string;
}

const OPTIONS = ['publicUrl', 'authorizationServers', 'scopes', 'root'] as const;

/** Reads what is said of a protected resource. `problems` stands at the options as a whole. */
export function readResourceDocument(
  problems: ConfigProblems,
  options: ProtectedResourceMetadataOptions,
): ResourceDocument | undefined {
  if (!problems.keys(options, OPTIONS, '{ publicUrl, authorizationServers }')) return undefined;
  const { authorizationServers, scopes = [], root = false } = options;
  const publicUrl = readPublicUrl(problems.at('publicUrl'), options.publicUrl);
  if (options.publicUrl === undefined) problems.at('publicUrl').add(undefined, 'a URL');
  problems.at('root').flag(root);
  const issuers = problems
    .at('authorizationServers')
    .list(authorizationServers, isUrl, 'an issuer', { atLeast: 1 });
  const needed = problems
    .at('scopes')
    .list(scopes, isNeeded, "a scope other than 'offline_access'");
  if (publicUrl === undefined) return undefined;
  const urls = metadataUrls(publicUrl, root);
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

/** `offline_access` only concerns the client and its issuer: a resource does not ask for it. */
function isNeeded(value: unknown): value is string {
  return isScope(value) && value !== 'offline_access';
}
