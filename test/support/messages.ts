export const MODERN = '2026-07-28';

const ENVELOPE = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${MODERN}","io.modelcontextprotocol/clientCapabilities":{}}`;

/** The source text of a request. */
export function message(method: string, params?: string, id = '1'): string {
  const rest = params === undefined ? '' : `,"params":${params}`;
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}"${rest}}`;
}

/** The source text of a notification: the same without an id. */
export function notification(method: string, params?: string): string {
  return message(method, params).replace('"id":1,', '');
}

/** Source texts of the members of a call. */
export interface CallParts {
  readonly args?: string;
  readonly id?: string;
}

/** The source text of a tool call. */
export function call(tool: string, { args = '{}', id = '1' }: CallParts = {}): string {
  return message('tools/call', `{"name":${JSON.stringify(tool)},"arguments":${args}}`, id);
}

/** The source text of a request of the modern era. */
export function modern(method: string, members = '', id = '1'): string {
  return message(method, `{${members === '' ? '' : `${members},`}${ENVELOPE}}`, id);
}

/** The headers of such a request. */
export function modernHeaders(method: string, name?: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'MCP-Protocol-Version': MODERN,
    'Mcp-Method': method,
    ...(name !== undefined && { 'Mcp-Name': name }),
  };
}
