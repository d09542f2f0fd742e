import type { RequestListener } from 'node:http';
import connect from 'connect';
import express from 'express';
import type { Middleware } from '../../src/index.ts';
import { express4 } from './express4.ts';

/** An app with these middlewares at a path, by default `/mcp`. */
export type Host = (middlewares: Middleware[], path?: string) => RequestListener;

/** Each framework, with the same middlewares. */
export const HOSTS: [name: string, host: Host][] = [
  ['Express 5', (list, path = '/mcp') => express().use(path, ...list)],
  ['Express 4', (list, path = '/mcp') => express4().use(path, ...list)],
  [
    'Connect',
    (list, path = '/mcp') => {
      const app = connect();
      for (const middleware of list) app.use(path, middleware);
      return app;
    },
  ],
];
