import { isMcpMethod, MCP_METHODS, type McpMethod } from '../../mcp/http-methods.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';

/** Reads the HTTP methods that pass; undefined where one of them is invalid, or the list is empty. */
export function readMethods(
  problems: ConfigProblems,
  value: unknown = MCP_METHODS,
): readonly McpMethod[] | undefined {
  const expected = `one of ${MCP_METHODS.join(', ')}`;
  const methods = problems.list(value, isMcpMethod, expected, { atLeast: 1 });
  return Array.isArray(value) && methods.length === value.length ? methods : undefined;
}
