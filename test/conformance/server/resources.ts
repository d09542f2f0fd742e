import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { PNG } from './media.ts';

/** Resources of text, of bytes, from a template, and one that can be subscribed to. */
export function addResources(server: McpServer): void {
  const addText = (name: string, uri: string, text: string) => {
    const about = { description: `The resource ${name}`, mimeType: 'text/plain' };
    server.registerResource(name, uri, about, () => ({
      contents: [{ uri, mimeType: 'text/plain', text }],
    }));
  };
  addText('text', 'test://static-text', 'This is the content of the static text resource.');
  addText('watched', 'test://watched-resource', 'Watch me.');

  const binary = 'test://static-binary';
  server.registerResource(
    'binary',
    binary,
    { description: 'An image', mimeType: 'image/png' },
    () => ({ contents: [{ uri: binary, mimeType: 'image/png', blob: PNG }] }),
  );

  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data by id', mimeType: 'application/json' },
    ({ href }, { id }) => {
      const data = { id, templateTest: true, data: `Data for ID: ${id}` };
      const text = JSON.stringify(data);
      return { contents: [{ uri: href, mimeType: 'application/json', text }] };
    },
  );

  // Nothing here ever changes: a subscription is accepted, and stays silent.
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}
