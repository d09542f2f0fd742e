import { expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import express, { type Express } from 'express';
import request from 'supertest';
import { programSource } from '../../src/command/print/program-source.ts';
import * as gateway from '../../src/index.ts';
import { checkDocument } from '../../src/krakend/run-document.ts';
import { serve } from '../support/servers.ts';
import { base, withValue } from './support/base.ts';

/** The app of a program, which does not listen. */
function appOf(document: object): Express {
  const plan = checkDocument(document, {});
  const { text } = programSource({
    file: 'krakend.json',
    document,
    options: {},
    plan,
    server: plan.listen,
  });
  const { code } = transformSync(text, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: 'commonjs' },
  });
  const apps: Express[] = [];
  const createServer = (app: Express) => {
    apps.push(app);
    return { listen() {} };
  };
  const modules: Readonly<Record<string, object>> = {
    express: { __esModule: true, default: express },
    'express-mcp-gateway': { ...gateway, createServer },
  };
  new Function('exports', 'require', 'process', code)({}, (name: string) => modules[name], {
    once() {},
  });
  expect(apps).toHaveLength(1);
  return apps[0] as Express;
}

test.each(['/mcp', '/a(b)', '/a+b', '/[c]', '/d!'])(
  'headers of refusals are at %s, and no pattern',
  async (path) => {
    const { port } = await serve((_req, res) => void res.end('{}'));
    const document = withValue(
      base(`http://127.0.0.1:${port}`),
      ['endpoints', 0, 'endpoint'],
      path,
    );
    const app = appOf(withValue(document, ['extra_config', 'security/http'], { frame_deny: true }));
    for (const asked of [path, `${path}/`]) {
      const refused = await request(app).get(asked).expect(405);
      expect(refused.headers).toMatchObject({ 'x-frame-options': 'DENY' });
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
      await request(app).post(asked).send(call).expect(200);
    }
  },
);
