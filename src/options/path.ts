import type { ConfigProblems } from './config-problems.ts';

/** The route of the endpoint where none is configured. */
export const DEFAULT_PATH = '/mcp';

/** Reads a route, without the trailing slash, which means nothing; undefined where it is none. */
export function readPath(problems: ConfigProblems, path: unknown): string | undefined {
  if (typeof path === 'string' && /^\/[!-~]*$/.test(path) && !/[?#]/.test(path))
    return path.replace(/(?<=.)\/+$/, '');
  problems.add(path, "a path that begins with '/', like '/mcp'");
  return undefined;
}

/** Compared as it came: `%6dcp` is not `mcp`, and no policy has to know that it could be. */
export function isEndpoint(requested: string, path: string): boolean {
  return requested === path || (path !== '/' && requested === `${path}/`);
}
