import type { IncomingMessage } from 'node:http';

/** RFC 6750 section 2.1. */
const BEARER = /^bearer +([\w\-.~+/]+=*)$/i;

/** A key that is no OAuth token may have any characters but blanks; Node decodes them as Latin-1. */
const BEARER_KEY = /^bearer +([\x21-\x7e\x80-\xff]+)$/i;

/**
 * The token that a request brings in `Authorization`: `undefined` where there is no such field, or
 * one of another scheme; `'malformed'` where there is not exactly one token.
 */
export function bearerTokenOf(req: IncomingMessage): Bearer | 'malformed' | undefined {
  return bearerOf(req, BEARER);
}

/** The same for a key, which may have any characters but blanks. */
export function bearerKeyOf(req: IncomingMessage): Bearer | 'malformed' | undefined {
  return bearerOf(req, BEARER_KEY);
}

/** Where a request brings its token. */
export interface TokenPlace {
  /** In lower case. */
  readonly header: string;
  tokenOf(req: IncomingMessage): Bearer | 'malformed' | undefined;
}

/** The token stands behind `Bearer` in `Authorization`, the only place that MCP knows. */
export const IN_AUTHORIZATION: TokenPlace = { header: 'authorization', tokenOf: bearerTokenOf };

/** The token stands in a header of its own, with `Bearer` before it or without. */
export function inHeader(name: string): TokenPlace {
  const header = name.toLowerCase();
  return {
    header,
    tokenOf(req) {
      const count = linesOf(req, header);
      if (count === 0) return undefined;
      const token = OWN_TOKEN.exec(String(req.headers[header]))?.[1];
      return count > 1 || token === undefined ? 'malformed' : { token };
    },
  };
}

const OWN_TOKEN = /^(?:bearer +)?([\w\-.~+/]+=*)$/i;

/** What stands behind `Bearer`. */
interface Bearer {
  readonly token: string;
}

function bearerOf(req: IncomingMessage, form: RegExp): Bearer | 'malformed' | undefined {
  // Of several fields Node gives the first; another server may use the last.
  if (linesOf(req, 'authorization') > 1) return 'malformed';
  const { authorization = '' } = req.headers;
  if (!/^bearer(?![\w!#$%&'*+\-.^`|~])/i.test(authorization)) return undefined;
  const token = form.exec(authorization)?.[1];
  return token === undefined ? 'malformed' : { token };
}

/** How many lines a field has. */
export function linesOf({ rawHeaders }: IncomingMessage, lowerCaseName: string): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) count += 1;
  }
  return count;
}
