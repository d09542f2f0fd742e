import { expect, test } from '@jest/globals';
import type { Options } from 'http-proxy-middleware';
import { read } from '../support/pages.ts';
import { namesIn, rowsUnder } from '../support/table-rows.ts';

// The compiler has one of each name, and no other.
const OPTIONS: Readonly<Record<keyof Options, true>> = {
  agent: true,
  auth: true,
  autoRewrite: true,
  buffer: true,
  changeOrigin: true,
  cookieDomainRewrite: true,
  cookiePathRewrite: true,
  ejectPlugins: true,
  followRedirects: true,
  forward: true,
  headers: true,
  hostRewrite: true,
  http2: true,
  ignorePath: true,
  localAddress: true,
  logger: true,
  on: true,
  pathFilter: true,
  pathRewrite: true,
  plugins: true,
  prependPath: true,
  preserveHeaderKeyCase: true,
  protocolRewrite: true,
  proxyTimeout: true,
  router: true,
  secure: true,
  selfHandleResponse: true,
  ssl: true,
  target: true,
  timeout: true,
  toProxy: true,
  upgradeTimeout: true,
  ws: true,
  xfwd: true,
};

test('the page on http-proxy-middleware says of each of its options what it is here', () => {
  const rows = rowsUnder(read('docs/from-http-proxy-middleware.md'), '| Option there | Here |');
  const names = namesIn(rows).map((name) => name.split('.')[0]);
  expect(new Set(names)).toEqual(new Set(Object.keys(OPTIONS)));
});
