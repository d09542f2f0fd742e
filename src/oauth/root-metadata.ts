/** Of which resource the metadata at the root of a host is, by its URL. */
const CLAIMED = new Map<string, string>();

/**
 * Notes that the metadata of a resource is served at the root of its host. There is room for one: warns where
 * another resource of this process has it already, because only the one that is mounted first is served.
 */
export function claimRoot(rootUrl: string, resource: string): void {
  const owner = CLAIMED.get(rootUrl);
  if (owner === undefined) CLAIMED.set(rootUrl, resource);
  if (owner === undefined || owner === resource) return;
  process.emitWarning(
    `The metadata of both ${owner} and ${resource} is to be served at ${rootUrl}. Clients that look there get the one ` +
      'that is mounted first, and refuse to use it for the other. Keep root: true for one of them only.',
    { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_ROOT_METADATA' },
  );
}
