import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url);
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
);
const PACKAGES = Object.keys({ ...dependencies, ...peerDependencies });

/**
 * What each import path loads of the packages that this one depends on. Whoever adds one to a row makes
 * all who import this path load it, and wait for it. What a gateway needs only when it is made or used is loaded
 * then: http-proxy-middleware with the first engine, express-rate-limit with the first limit that has a store, oauth4webapi
 * for the first token that is asked for.
 */
const LOADED: Readonly<Record<string, readonly string[]>> = {
  '.': ['bytes', 'cors', 'express', 'fastest-levenshtein', 'jose', 'ms', 'vary'],
  auth: ['fastest-levenshtein', 'jose', 'ms'],
  'body-limit': ['bytes', 'fastest-levenshtein'],
  cel: ['@bufbuild/cel', '@bufbuild/protobuf', '@bufbuild/re2', 'fastest-levenshtein', 'ms'],
  cors: ['cors', 'fastest-levenshtein', 'ms', 'vary'],
  headers: ['fastest-levenshtein'],
  'ip-filter': ['fastest-levenshtein'],
  krakend: [
    '@bufbuild/cel',
    '@bufbuild/protobuf',
    '@bufbuild/re2',
    'bytes',
    'cors',
    'express',
    'fastest-levenshtein',
    'jose',
    'ms',
    'vary',
  ],
  metadata: ['fastest-levenshtein'],
  otel: ['@opentelemetry/api', 'fastest-levenshtein'],
  pinning: ['canonicalize', 'fastest-levenshtein', 'ms'],
  policy: ['bytes', 'fastest-levenshtein', 'ms'],
  // What it observes are types alone; `prom-client` itself loads the API of OpenTelemetry.
  prometheus: ['@opentelemetry/api', 'fastest-levenshtein', 'prom-client'],
  proxy: ['fastest-levenshtein', 'ms', 'vary'],
  rest: ['ajv', 'ajv-formats', 'bytes', 'fastest-levenshtein', 'ms'],
  schema: ['ajv', 'ajv-formats', 'fastest-levenshtein'],
  throttle: ['bytes', 'fastest-levenshtein', 'ms'],
};

/** Parts of this package that some subpaths need, and no other. */
const OWN: Readonly<Record<string, string | readonly string[]>> = {
  'cel/': 'cel',
  'engine/': ['proxy', 'rest'],
  'otel/': 'otel',
  'pinning/': 'pinning',
  'prometheus/': 'prometheus',
  'relay/': 'proxy',
  'rest/': 'rest',
  'schema/': ['rest', 'schema'],
  'slots/auth/jwt/': 'auth',
  'slots/cors': 'cors',
  'slots/headers/': 'headers',
  'slots/ip-filter': 'ip-filter',
  'slots/rate-limit/counter': 'throttle',
};

function isOwn(part: string, subpath: string): boolean {
  return [OWN[part]].flat().includes(subpath);
}

/** What makes whole gateways. */
const WHOLE = ['.', 'krakend'];

/** Parts of the gateway as a whole. */
const GATEWAY = [
  'gateway.ts',
  'chain.ts',
  'config.ts',
  'routes.ts',
  'index.ts',
  'upstream-tokens/',
];

/** Node's own client, which `fetch` and an `import` of `node:http` load. */
const UNDICI = 'node:internal/deps/undici/undici';

/** Paths below the root of this package, and modules of Node. */
const loadedBy = new Map<string, Promise<string[]>>();

function fileOf(subpath: string): string {
  return subpath === '.' ? 'src/index.ts' : `src/exports/${subpath}.ts`;
}

/** A process of its own, because a module that was loaded once is not loaded again. */
async function load(subpath: string): Promise<string[]> {
  const hooks = new URL('support/print-loaded-modules.ts', import.meta.url).href;
  const file = new URL(fileOf(subpath), root).href;
  const code = `await import(${JSON.stringify(file)})`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    '--import',
    hooks,
    '--input-type=module',
    '--eval',
    code,
  ]);
  const urls: string[] = JSON.parse(stdout);
  return urls.map((url) => (url.startsWith(root.href) ? url.slice(root.href.length) : url));
}

function modulesOf(subpath: string): Promise<string[]> {
  const modules = loadedBy.get(subpath) ?? load(subpath);
  loadedBy.set(subpath, modules);
  return modules;
}

test('every import path has its row', () => {
  const files = readdirSync(new URL('src/exports/', root));
  expect(new Set(Object.keys(LOADED))).toEqual(
    new Set(['.', ...files.map((file) => file.replace('.ts', ''))]),
  );
});

describe.each(Object.entries(LOADED))('the import path %s', (subpath, packages) => {
  const isWhole = WHOLE.includes(subpath);

  test('loads these packages and no other', async () => {
    const modules = await modulesOf(subpath);
    expect(modules).toContain(fileOf(subpath));
    const loaded = PACKAGES.filter((name) =>
      modules.some((module) => module.startsWith(`node_modules/${name}/`)),
    );
    expect(new Set(loaded)).toEqual(new Set(packages));
  });

  test('loads no second client for HTTP, which nobody needs who serves with Express', async () => {
    expect(await modulesOf(subpath)).not.toContain(UNDICI);
  });

  test('loads nothing of what only others need, nor of the gateway as a whole', async () => {
    const modules = await modulesOf(subpath);
    const strange = [
      ...(isWhole ? [] : GATEWAY),
      ...Object.keys(OWN).filter((part) => !isWhole && !isOwn(part, subpath)),
    ].flatMap((part) => modules.filter((module) => module.startsWith(`src/${part}`)));
    expect(strange).toEqual([]);
  });

  test('loads what is its own, so that the table above speaks of what there is', async () => {
    const modules = await modulesOf(subpath);
    for (const part of Object.keys(OWN).filter((own) => isOwn(own, subpath))) {
      expect([part, modules.some((module) => module.startsWith(`src/${part}`))]).toEqual([
        part,
        true,
      ]);
    }
  });
});
