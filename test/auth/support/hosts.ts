import type { RequestListener } from 'node:http';
import connect from 'connect';
import express from 'express';
// @ts-expect-error: Express 4 under its second name has no types of its own.
import untyped from 'express4';
import type { Middleware } from '../../../src/index.ts';

const express4: typeof express = untyped;

/** An app of each framework with the same middlewares. */
export const HOSTS: [string, (...middlewares: Middleware[]) => RequestListener][] = [
  ['Express 5', (...list) => express().use(...list)],
  ['Express 4', (...list) => express4().use(...list)],
  [
    'Connect',
    (...list) => {
      const app = connect();
      for (const middleware of list) app.use(middleware);
      return app;
    },
  ],
];
