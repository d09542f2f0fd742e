import type { ConfigProblems } from './config-problems.ts';

/** Reads the URL under which agents reach the endpoint; undefined where none is given, or it is none. */
export function readPublicUrl(problems: ConfigProblems, publicUrl: unknown): URL | undefined {
  if (publicUrl === undefined || publicUrl === false) return undefined;
  const isText = typeof publicUrl === 'string' || publicUrl instanceof URL;
  const url = isText && URL.canParse(String(publicUrl)) ? new URL(publicUrl) : undefined;
  const isPlain = url && [url.search, url.hash, url.username, url.password].join('') === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  problems.addSecret(publicUrl, "a URL like 'https://gateway.example/mcp'");
  return undefined;
}
