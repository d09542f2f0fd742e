import type { IncomingMessage } from 'node:http';
import { comparablePath, metadataUrl } from '../oauth/metadata-url.ts';
import { servedMetadata } from '../oauth/served-metadata.ts';

/** What the warning names. */
export interface MetadataWarningSettings {
  readonly publicUrl: URL;
  /** The route of the endpoint inside the router. */
  readonly path: string;
  /** The issuers of tokens; none where the upstream knows them. */
  readonly issuers: readonly string[];
}

/**
 * A router that is mounted below a path cannot serve the metadata, which is at the root of the host.
 * Its challenges point there all the same; says so once, unless the app serves it.
 */
export function metadataWarning({
  publicUrl,
  path,
  issuers,
}: MetadataWarningSettings): (req: IncomingMessage) => void {
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
