import type { ConfigProblems } from './config-problems.ts';

/** The route of the endpoint where none is configured. */
export const DEFAULT_PATH = '/mcp';

/** Reads a route, without the trailing slash, which means nothing; undefined where it is none. */
export function readPath(problems: ConfigProblems, path: unknown): string | undefined {
  if (typeof path === 'string' && PATTERN.test(path)) {
    problems.add(path, LITERAL);
    return undefined;
  }
  if (typeof path === 'string' && /^\/[!-~]*$/.test(path) && !/[?#]/.test(path))
    return path.replace(/(?<=.)\/+$/, '');
  problems.add(path, "a path that begins with '/', like '/mcp'");
  return undefined;
}

/** What is a parameter or a wildcard where Express reads it: `/:team`, `/*rest`, `/mcp*`, `{/:team}`. */
const PATTERN = /^\/(?:[^?#]*\/)?(?:[:*]|[^?#]*[*{])/;

/** It is compared with the path of a request, as text. */
const LITERAL =
  "a path without parameters and wildcards, like '/mcp'; for '/:team/mcp', mount the router there: app.use('/:team/mcp', …), with path '/'";

/**
 * Whether a request is for a route. Its path is compared as it came: `%6dcp` is not `mcp`, and no policy has
 * to know that it could be.
 */
export function isEndpoint(requested: string, path: string): boolean {
  if (requested.length === path.length) return requested === path;
  // A slash at the end makes no difference. No string is made here: a gateway may have many others in front.
  if (requested.length !== path.length + 1 || path === '/') return false;
  return requested.endsWith('/') && requested.startsWith(path);
}
