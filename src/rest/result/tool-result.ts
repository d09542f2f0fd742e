/** A part of a result, as MCP writes it. */
export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | {
      readonly type: 'resource';
      readonly resource: { readonly uri: string; readonly mimeType: string; readonly blob: string };
    };

/** The result of a call, as MCP writes it. */
export interface ToolResult {
  readonly content: ContentBlock[];
  readonly structuredContent?: unknown;
  readonly isError?: true;
}

/** A result that is a text. */
export function textResult(text: string): ToolResult {
  return { content: [{ type: 'text', text }] };
}

/** A call that failed, in a way that a model can read and act on. */
export function errorResult(text: string): ToolResult {
  return { ...textResult(text), isError: true };
}
