import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { modulesLoadedBy } from './support/loaded-modules.ts';
import { LOADED, packagesIn } from './support/loaded-packages.ts';

const root = new URL('../', import.meta.url);

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

/** Node's own client, which `fetch` and an `import` of `node:http` load; and TLS. */
const HEAVY = ['node:internal/deps/undici/undici', 'node:tls'];

const loadedBy = new Map<string, Promise<string[]>>();

function fileOf(subpath: string): string {
  return subpath === '.' ? 'src/index.ts' : `src/exports/${subpath}.ts`;
}

function modulesOf(subpath: string): Promise<string[]> {
  const modules = loadedBy.get(subpath) ?? modulesLoadedBy(new URL(fileOf(subpath), root).href);
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
    expect(packagesIn(modules)).toEqual(new Set(packages));
  });

  test('loads no second client for HTTP, and no TLS before there is a need for it', async () => {
    const heavy = (await modulesOf(subpath)).filter((module) => HEAVY.includes(module));
    // `prom-client` can push to a gateway of its own.
    expect(heavy).toEqual(subpath === 'prometheus' ? ['node:tls'] : []);
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
