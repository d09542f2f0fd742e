/** The instrumentation scope of the package's spans and metrics. */
export const SCOPE = 'express-mcp-gateway';
