/**
 * By the URL of the metadata at the root of a host: the resource that it is of, and how many gateways have
 * claimed that.
 */
const CLAIMED = new Map<string, { readonly resource: string; times: number }>();

/**
 * Notes that the metadata of a resource is served at the root of its host. There is room for one: warns where
 * another resource of this process has it already, because only the one that is mounted first is served.
 */
export function claimRoot(rootUrl: string, resource: string): void {
  const claim = CLAIMED.get(rootUrl) ?? { resource, times: 0 };
  CLAIMED.set(rootUrl, claim);
  const owner = claim.resource;
  if (owner === resource) {
    claim.times += 1;
    return;
  }
  process.emitWarning(
    `The metadata of both ${owner} and ${resource} is to be served at ${rootUrl}. Clients that look there get the one ` +
      'that is mounted first, and refuse to use it for the other. Keep root: true for one of them only.',
    { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_ROOT_METADATA' },
  );
}

/** Notes that one gateway does not serve the metadata of a resource there any more. */
export function releaseRoot(rootUrl: string, resource: string): void {
  const claim = CLAIMED.get(rootUrl);
  if (claim?.resource !== resource) return;
  claim.times -= 1;
  if (claim.times === 0) CLAIMED.delete(rootUrl);
}
