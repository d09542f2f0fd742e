import type { IncomingMessage } from 'node:http';

/** RFC 6750 section 2.1. */
const BEARER = /^bearer +([\w\-.~+/]+=*)$/i;

/**
 * The token that a request brings in `Authorization`: `undefined` where there is no such field, or
 * one of another scheme; `'malformed'` where there is not exactly one token.
 */
export function bearerTokenOf(
  req: IncomingMessage,
): { readonly token: string } | 'malformed' | undefined {
  // Node gives the first of several; somebody else may go by the last.
  if (linesOf(req, 'authorization') > 1) return 'malformed';
  const { authorization = '' } = req.headers;
  if (!/^bearer(?![\w!#$%&'*+\-.^`|~])/i.test(authorization)) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  return token === undefined ? 'malformed' : { token };
}

function linesOf({ rawHeaders }: IncomingMessage, lowerCaseName: string): number {
  return rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === lowerCaseName).length;
}
