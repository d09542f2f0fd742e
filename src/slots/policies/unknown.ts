import type { OwnError } from '../../errors.ts';
import type { McpMessage } from '../../mcp/message/message.ts';

/** The longest name that is given back. */
const MAX_NAME = 256;

const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ['tools/', 'tool'],
  ['prompts/', 'prompt'],
  ['resources/', 'resource'],
  ['tasks/', 'task'],
];

/**
 * The error of a server that has nothing of that name, so that the client does not learn that it is there. It
 * holds no reason of the gateway, because servers send none.
 *
 * @see MCP 2025-11-25, "Tools", "Error Handling"; JSON-RPC 2.0 section 5.1
 */
export function unknownError({ method, name }: McpMessage): OwnError {
  if (name === undefined) return { code: -32601, message: 'Method not found', hasNoReason: true };
  const kind = KINDS.find(([prefix]) => method.startsWith(prefix))?.[1] ?? 'reference';
  const message = name.length > MAX_NAME ? `Unknown ${kind}` : `Unknown ${kind}: ${name}`;
  return { code: -32602, message, hasNoReason: true };
}
