import type { CallToolResult } from '@modelcontextprotocol/server';

/** The result of a tool that gives a text. */
export function text(value: string): CallToolResult {
  return { content: [{ type: 'text', text: value }] };
}
