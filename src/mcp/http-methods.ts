/** The HTTP methods of Streamable HTTP: message, stream, end of session. */
export const MCP_METHODS = ['POST', 'GET', 'DELETE'] as const;

/** One of the HTTP methods of Streamable HTTP. */
export type McpMethod = (typeof MCP_METHODS)[number];

/** Whether a value names one of them; method names are case-sensitive (RFC 9110 section 9.1). */
export function isMcpMethod(value: unknown): value is McpMethod {
  return MCP_METHODS.some((method) => method === value);
}
