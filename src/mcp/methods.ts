/** The HTTP methods of Streamable HTTP: message, stream, end of session. */
export const MCP_METHODS = ['POST', 'GET', 'DELETE'] as const;

/** One of the HTTP methods of Streamable HTTP. */
export type McpMethod = (typeof MCP_METHODS)[number];
