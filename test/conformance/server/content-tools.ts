import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { PNG, WAV } from './media.ts';
import { text } from './text.ts';

/** Tools that give one kind of content each, and one that fails. */
export function addContentTools(server: McpServer): void {
  for (const [name, result] of Object.entries(RESULTS)) {
    server.registerTool(name, { description: `Gives ${name}` }, () => result);
  }
}

const IMAGE = { type: 'image', data: PNG, mimeType: 'image/png' } as const;

// The first tool of the list takes no arguments: the suite calls it to test headers.
const RESULTS: Readonly<Record<string, CallToolResult>> = {
  test_simple_text: text('This is a simple text response for testing.'),
  test_image_content: { content: [IMAGE] },
  test_audio_content: { content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] },
  test_embedded_resource: {
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  },
  test_multiple_content_types: {
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      IMAGE,
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  },
  test_error_handling: {
    ...text('This tool intentionally returns an error for testing'),
    isError: true,
  },
};
