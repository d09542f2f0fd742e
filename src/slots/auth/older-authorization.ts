import { isText } from '../../lib/text.ts';
import { isJsonObject } from '../../mcp/json/json-object.ts';

/**
 * Where a server that follows MCP 2025-03-26 has the metadata of its authorization server: at its own origin,
 * without a path, because it is the authorization server itself.
 */
export const AUTHORIZATION_SERVER_PATH = '/.well-known/oauth-authorization-server';

/**
 * The document that such a server would have as a protected resource, which clients look for first by now.
 * Its authorization server is its own origin.
 *
 * @param answer - What it answers at {@link AUTHORIZATION_SERVER_PATH}.
 * @returns Undefined where that is no metadata, such as the page of an app that has one for every path.
 * @see MCP 2025-03-26, Authorization, "Server Metadata Discovery"; RFC 8414 section 2
 */
export function resourceOfOlder(
  answer: Buffer,
  origin: string,
  publicUrl: URL,
): Buffer | undefined {
  const metadata = parsed(answer);
  if (!isJsonObject(metadata) || !isText(metadata.token_endpoint)) return undefined;
  // Clients compare the text: the SDK's own server has a slash at the end (RFC 8414 section 3.3).
  const issuer = metadata.issuer === `${origin}/` ? metadata.issuer : origin;
  const document = { resource: publicUrl.href, authorization_servers: [issuer] };
  return Buffer.from(JSON.stringify(document));
}

function parsed(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString());
  } catch {
    return undefined;
  }
}
