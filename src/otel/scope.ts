/** What the package's spans and metrics are said to come from. */
export const SCOPE = 'express-mcp-gateway';
