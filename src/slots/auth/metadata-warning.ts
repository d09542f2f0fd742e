import type { IncomingMessage } from 'node:http';
import type { Kept } from '../../kept.ts';
import { comparablePath, metadataUrl } from '../../oauth/metadata-url.ts';
import { servedMetadata } from '../../oauth/served-metadata.ts';
import type { Basis } from '../basis.ts';

/** Warns where a request was refused with a challenge, if need be. */
export type MetadataWarning = (req: IncomingMessage) => void;

/** What the warning names. */
export interface MetadataWarningSettings {
  readonly publicUrl: URL;
  /** The route of the endpoint inside the router. */
  readonly path: string;
  /** The issuers of tokens; none where the upstream knows them. */
  readonly issuers: readonly string[];
}

/** Undefined where no challenge points to metadata. */
export function readMetadataWarning({
  publicUrl,
  path,
  identity: { issuers, relaysTokens },
}: Basis): MetadataWarningSettings | undefined {
  if (publicUrl === undefined || path === undefined) return undefined;
  return issuers.length > 0 || relaysTokens ? { publicUrl, path, issuers } : undefined;
}

/** The warning of a gateway: all its parts that refuse requests share it. */
export function metadataWarningOf(settings: MetadataWarningSettings, kept: Kept): MetadataWarning {
  const { publicUrl, path, issuers } = settings;
  const terms = ['metadata warning', publicUrl.href, path, issuers.join(' ')] as const;
  return kept.of(terms, () => metadataWarning(settings));
}

/**
 * A router that is mounted below a path cannot serve the metadata, which is at the root of the host. Its
 * challenges point there all the same. The warning says so once, unless the app serves the metadata.
 */
function metadataWarning({ publicUrl, path, issuers }: MetadataWarningSettings): MetadataWarning {
  let isQuiet = false;
  const { href } = metadataUrl(publicUrl);
  return function warnOfMetadata({ baseUrl = '' }: IncomingMessage & { baseUrl?: string }) {
    if (isQuiet || baseUrl === '') return;
    isQuiet = true;
    if (servedMetadata.has(comparablePath(href))) return;
    const servers = issuers.map((issuer) => `'${issuer}'`).join(', ');
    const fix =
      issuers.length === 0
        ? `Mount the gateway at the root of the app, with path: '${baseUrl}${path === '/' ? '' : path}'.`
        : 'Serve it at the root of the app: app.use(protectedResourceMetadata({ publicUrl: ' +
          `'${publicUrl.href}', authorizationServers: [${servers}] })).`;
    process.emitWarning(
      `The MCP gateway mounted at '${baseUrl}' has refused a client with 401 and a challenge that points ` +
        `to ${href}. This router does not serve that, because it is not mounted at the root. ${fix}`,
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_METADATA' },
    );
  };
}
