import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMcpGateway } from 'express-mcp-gateway';
import {
  type OperationSelector,
  type RestErrorContext,
  type RestOperation,
  type RestRequest,
  type RestResultOptions,
  type RestTool,
  type RestToolAnnotations,
  type RestToolByHand,
  type RestToolOptions,
  type RestToolSettings,
  type RestTools,
  type RestToolsOptions,
  restTools,
  type SkippedOperation,
} from 'express-mcp-gateway/rest';
import { typed } from './same.ts';

export async function fromOpenApi(): Promise<void> {
  const selectors: OperationSelector[] = ['listOrders', 'GET /orders/*', 'tag:orders'];
  const result: RestResultOptions = { pick: ['items'], max: '64kb' };
  const settings: RestToolSettings = { description: 'Newest first.', result, timeout: '5s' };
  const ofTool: RestToolOptions = { ...settings, name: 'list', headers: true, outputSchema: true };
  const options: RestToolsOptions = {
    openapi: './orders.openapi.yaml',
    baseUrl: 'https://orders.example/v1',
    operations: [
      ...selectors,
      (operation) => {
        typed<RestOperation>()(operation);
        return operation.method === 'GET' && operation.tags.includes('orders');
      },
    ],
    tools: { listOrders: ofTool },
    forward: ['Authorization'],
    timeout: 5000,
    maxResult: '1mb',
    onError: (_error, context) => typed<RestErrorContext>()(context),
  };
  const tools = await restTools(options);
  typed<RestTools>()(tools);
  typed<readonly RestTool[]>()(tools.tools);
  typed<readonly SkippedOperation[]>()(tools.skipped);
  for (const { annotations } of tools.tools) typed<RestToolAnnotations>()(annotations);
  createMcpGateway({ target: tools });
  // @ts-expect-error -- where the API is has to be said
  await restTools({ openapi: {}, operations: 'a' });
  // @ts-expect-error -- a selector picks by yes or no
  await restTools({ openapi: {}, baseUrl: 'http://a', operations: () => 'yes' });
}

export async function byHand(
  app: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<void> {
  const request: RestRequest = {
    method: 'POST',
    path: '/orders/{id}',
    query: ['dry'],
    body: 'json',
  };
  const tool: RestToolByHand = { name: 'order', inputSchema: { type: 'object' }, request };
  await restTools({ baseUrl: app, tools: [tool] });
  await restTools({
    baseUrl: new URL('http://localhost:3000'),
    tools: [{ name: 'a', inputSchema: { type: 'object' }, request: { path: '/a', body: ['x'] } }],
  });
}
