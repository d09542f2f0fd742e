import type { IncomingMessage, ServerResponse } from 'node:http';
import connect from 'connect';
import express from 'express';
import { createMcpGateway, mcpCors, mcpProxy } from '../../../src/index.ts';
import { express4 } from '../../support/express4.ts';
import { serve } from '../../support/servers.ts';
import { nest } from './nest.ts';

export interface Framework {
  readonly name: string;
  /** Starts an app with a gateway and, behind it, `POST /orders`; gives the port. */
  listen(target: string): Promise<number>;
}

async function withExpress(create: typeof express, target: string): Promise<number> {
  const app = create();
  app.use(createMcpGateway({ target }));
  app.use(create.json());
  app.post('/orders', echo);
  return (await serve(app)).port;
}

async function withConnect(add: (app: connect.Server) => void): Promise<number> {
  const app = connect();
  add(app);
  app.use('/orders', express.json() as connect.NextHandleFunction);
  app.use('/orders', echo);
  return (await serve(app)).port;
}

/** Answers with the JSON it was sent, as the body parser in front of it read it. */
function echo(req: IncomingMessage & { body?: unknown }, res: ServerResponse): void {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(req.body));
}

export const FRAMEWORKS: readonly Framework[] = [
  { name: 'Express 5', listen: (target) => withExpress(express, target) },
  { name: 'Express 4', listen: (target) => withExpress(express4, target) },
  {
    name: 'Connect, the gateway in an Express app',
    listen: (target) => withConnect((app) => app.use(express().use(createMcpGateway({ target })))),
  },
  {
    name: 'Connect, the middlewares by themselves',
    listen: (target) =>
      withConnect((app) => {
        app.use('/mcp', mcpCors());
        app.use('/mcp', mcpProxy({ target }));
      }),
  },
  { name: 'Nest', listen: nest },
];
