import type { Notes } from './notes.ts';
import type { RootValues } from './table/root.ts';

/** The path at which the server reports its health; undefined: none. */
export function healthPathOf(notes: Notes, root: RootValues): string | undefined {
  const { disable_health: isMute = false, health_path: path = '/__health' } =
    root.extra_config?.router ?? {};
  if (isMute) return undefined;
  if (!path.startsWith('/')) notes.refuse("write a path that begins with '/'");
  if (/[^!-~]|[:*?#]/.test(path)) notes.refuse("write a path without ':', '*', '?' and '#'");
  const isEndpoint = (root.endpoints ?? []).some((given) => {
    const { endpoint } = Object(given) as { readonly endpoint?: unknown };
    return withoutSlashes(String(endpoint)) === withoutSlashes(path);
  });
  if (isEndpoint) notes.refuse('it would answer in place of the endpoint with this path');
  return path;
}

function withoutSlashes(path: string): string {
  return path.replaceAll(/^\/|\/$/g, '');
}
