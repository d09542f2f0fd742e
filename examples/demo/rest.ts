import express, { type Express } from 'express';
import { restTools } from '../../src/exports/rest.ts';
import { createMcpGateway, type Observer } from '../../src/index.ts';
import { connect } from './connect.ts';

const SHELF = [
  { id: 'walden', title: 'Walden', shelf: 'B7' },
  { id: 'emma', title: 'Emma', shelf: 'A2' },
];

/** A REST API without a word of MCP. */
function books(): Express {
  const api = express();
  api.get('/books', (_req, res) => void res.json({ items: SHELF }));
  api.get('/books/:id', (req, res) => {
    const book = SHELF.find(({ id }) => id === req.params.id);
    if (book === undefined) res.status(404).json({ title: 'No such book' });
    else res.json(book);
  });
  return api;
}

const ok = { responses: { 200: { description: 'Done' } } };
const ID = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Books', version: '1.0.0' },
  paths: {
    '/books': { get: { operationId: 'listBooks', summary: 'All books', ...ok } },
    '/books/{id}': {
      get: { operationId: 'getBook', summary: 'One book', parameters: [ID], ...ok },
      delete: { operationId: 'burnBook', parameters: [ID], ...ok },
    },
  },
};

/** Two operations of an API are tools, and an agent calls them. Gives the texts of their results. */
export async function runRest(
  app: Express,
  url: URL,
  observe: readonly Observer[],
): Promise<string> {
  const target = await restTools({
    openapi: DOCUMENT,
    baseUrl: books(),
    operations: ['listBooks', 'getBook'],
    tools: { listBooks: { result: { pick: ['items.id'] } } },
  });
  app.use(createMcpGateway({ path: url.pathname, target, observe }));

  const agent = await connect(url);
  const { tools } = await agent.listTools();
  const told: string[] = [];
  for (const [name, args] of [
    ['listBooks', {}],
    ['getBook', { id: 'walden' }],
    ['getBook', { id: '../users' }],
  ] as const) {
    const { content, isError = false } = await agent.callTool({ name, arguments: args });
    const text = content[0]?.type === 'text' ? content[0].text : '';
    told.push(`  ${name}(${JSON.stringify(args)}) → ${isError ? 'error: ' : ''}${text}`);
  }
  await agent.close();
  return [`  tools: ${tools.map(({ name }) => name).join(', ')}`, ...told].join('\n');
}
