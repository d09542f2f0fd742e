import type { ConfigProblems } from './config-problems.ts';

/** Whether an address is meant to be a URL, and has no scheme: `localhost:3000/mcp` is one of the scheme `localhost`. */
export function lacksScheme(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.-]+(:\d+)?(\/|$)/.test(value);
}

/** Reads the URL under which agents reach the endpoint; undefined where none is given, or it is none. */
export function readPublicUrl(problems: ConfigProblems, publicUrl: unknown): URL | undefined {
  if (publicUrl === undefined || publicUrl === false) return undefined;
  const isText = typeof publicUrl === 'string' || publicUrl instanceof URL;
  const url = isText && URL.canParse(String(publicUrl)) ? new URL(publicUrl) : undefined;
  const isPlain = url && [url.search, url.hash, url.username, url.password].join('') === '';
  if (isPlain && /^https?:$/.test(url.protocol)) return url;
  const expected = "a URL like 'https://gateway.example/mcp'";
  problems.addSecret(
    publicUrl,
    lacksScheme(publicUrl) ? `${expected}: the scheme is missing` : expected,
  );
  return undefined;
}
