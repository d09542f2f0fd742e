export { type McpCorsOptions, mcpCors } from '../slots/cors.ts';
