/**
 * Names of the conventions for MCP, of JSON-RPC and of GenAI. They are in development, and the package of
 * constants still has the names of another version.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 */
export const ATTRIBUTE = {
  method: 'mcp.method.name',
  protocolVersion: 'mcp.protocol.version',
  resource: 'mcp.resource.uri',
  session: 'mcp.session.id',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  operation: 'gen_ai.operation.name',
  requestId: 'jsonrpc.request.id',
  responseCode: 'rpc.response.status_code',
  error: 'error.type',
  transport: 'network.transport',
  protocol: 'network.protocol.name',
  httpVersion: 'network.protocol.version',
  clientAddress: 'client.address',
  clientPort: 'client.port',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  route: 'http.route',
  /** An attribute of this package: the gateway of the process. */
  gateway: 'mcp.gateway.name',
} as const;

/** The `gen_ai.operation.name` of `tools/call`. */
export const EXECUTE_TOOL = 'execute_tool';
