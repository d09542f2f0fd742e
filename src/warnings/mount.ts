/** Warns once of a wrong mount path, which looks like an endpoint that is not there. */
export function mountWarning(path: string): (baseUrl: string) => void {
  let warned = false;
  return function warnOfMount(baseUrl) {
    if (warned || baseUrl === '' || path === '/') return;
    warned = true;
    process.emitWarning(
      `The MCP gateway mounted at '${baseUrl}' serves '${baseUrl}${path}' and got a request for another ` +
        `path. To serve '${baseUrl}' itself, configure it with path: '/'.`,
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_PATH' },
    );
  };
}
