import type { ConfigProblems } from './config-problems.ts';

/** The route of the endpoint where none is configured. */
export const DEFAULT_PATH = '/mcp';

/** What is read where no route is given: nothing is ever requested there. */
export const NO_PATH = '';

/** Reads a route; without the trailing slash, which means nothing. */
export function readPath(problems: ConfigProblems, option: string, path: unknown): string {
  if (typeof path === 'string' && /^\/[!-~]*$/.test(path) && !/[?#]/.test(path))
    return path.replace(/(?<=.)\/+$/, '');
  problems.add(option, path, "a path that begins with '/', like '/mcp'");
  return NO_PATH;
}

/** Compared as it came: `%6dcp` is not `mcp`, and no policy has to know that it could be. */
export function isEndpoint(requested: string, path: string): boolean {
  return requested === path || (path !== '/' && requested === `${path}/`);
}

/** A wrong mount path looks like an endpoint that is not there; says so once. */
export function missWarning(path: string): (baseUrl: string) => void {
  let warned = false;
  return function warnOfMiss(baseUrl) {
    if (warned || baseUrl === '' || path === '/') return;
    warned = true;
    process.emitWarning(
      `The MCP gateway mounted at '${baseUrl}' serves '${baseUrl}${path}' and got a request for another ` +
        `path. To serve '${baseUrl}' itself, configure it with path: '/'.`,
      { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_PATH' },
    );
  };
}
