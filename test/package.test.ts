import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { cel } from '../src/exports/cel.ts';
import { fromKrakend, KrakendConfigError, toGatewayConfigs } from '../src/exports/krakend.ts';
import { otel } from '../src/exports/otel.ts';
import { prometheus } from '../src/exports/prometheus.ts';
import { restTools } from '../src/exports/rest.ts';
import { matchesSchema } from '../src/exports/schema.ts';
import * as root from '../src/index.ts';

const base = new URL('../', import.meta.url);
const { exports: subpaths, scripts } = JSON.parse(
  readFileSync(new URL('package.json', base), 'utf8'),
);

test('the public surface is what is documented, and no more', () => {
  expect(Object.keys(root).sort((a, b) => a.localeCompare(b))).toEqual([
    'accessLog',
    'allowTools',
    'apiKey',
    'bodyLimit',
    'clientCredentials',
    'createMcpGateway',
    'createServer',
    'denyTools',
    'fromMiddleware',
    'GatewayConfigError',
    'GatewayError',
    'hardenServer',
    'injectHeaders',
    'introspection',
    'ipFilter',
    'jwt',
    'mcpCors',
    'mcpOf',
    'mcpProxy',
    'policy',
    'principalOf',
    'protectedResourceMetadata',
    'requireAuth',
    'requireScopes',
    'throttle',
    'tokenExchange',
    'upstreamAuth',
    'UpstreamUnavailableError',
  ]);
});

describe('each middleware has an import path of its own, and so has what needs a further package', () => {
  test.each([
    ['./proxy', { mcpProxy: root.mcpProxy }],
    ['./cors', { mcpCors: root.mcpCors }],
    ['./ip-filter', { ipFilter: root.ipFilter }],
    ['./throttle', { throttle: root.throttle }],
    ['./body-limit', { bodyLimit: root.bodyLimit }],
    [
      './policy',
      {
        policy: root.policy,
        allowTools: root.allowTools,
        denyTools: root.denyTools,
        requireScopes: root.requireScopes,
      },
    ],
    [
      './auth',
      {
        requireAuth: root.requireAuth,
        jwt: root.jwt,
        apiKey: root.apiKey,
        fromMiddleware: root.fromMiddleware,
        introspection: root.introspection,
      },
    ],
    ['./metadata', { protectedResourceMetadata: root.protectedResourceMetadata }],
    ['./headers', { injectHeaders: root.injectHeaders }],
    ['./cel', { cel }],
    ['./krakend', { fromKrakend, KrakendConfigError, toGatewayConfigs }],
    ['./otel', { otel }],
    ['./prometheus', { prometheus }],
    ['./rest', { restTools }],
    ['./schema', { matchesSchema }],
  ])('%s', async (subpath, exported) => {
    const { default: built } = subpaths['./*'];
    const source = built
      .replace('*', subpath.slice(2))
      .replace('./dist/', 'src/')
      .replace('.js', '.ts');
    expect({ ...(await import(new URL(source, base).href)) }).toEqual(exported);
  });
});

test('each of them is a file of src/exports, and nothing else is', () => {
  const files = readdirSync(new URL('src/exports/', base));
  expect(files.sort((a, b) => a.localeCompare(b))).toEqual([
    'auth.ts',
    'body-limit.ts',
    'cel.ts',
    'cors.ts',
    'headers.ts',
    'ip-filter.ts',
    'krakend.ts',
    'metadata.ts',
    'otel.ts',
    'pinning.ts',
    'policy.ts',
    'prometheus.ts',
    'proxy.ts',
    'rest.ts',
    'schema.ts',
    'throttle.ts',
  ]);
});

test('npm run check covers types, lint, declarations, package and tests', () => {
  for (const part of ['typecheck', 'lint', 'check:api', 'check:package', 'npm run test:all']) {
    expect(scripts.check).toContain(part);
  }
});
