/** What the load generator sends: a tool call of usual size. */
export const REQUEST: Buffer = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'search_issues',
      arguments: { repository: 'example/project', query: 'is:open label:bug', limit: 20 },
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', progressToken: 1 },
    },
  }),
);

/** What the upstream answers. */
export const ANSWER: Buffer = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    result: {
      resultType: 'complete',
      isError: false,
      content: [{ type: 'text', text: `1. ${'The relay loses the last event. '.repeat(8)}` }],
    },
  }),
);

export const HEADERS: Readonly<Record<string, string | number>> = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'content-length': REQUEST.length,
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'search_issues',
};
