import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { transform } from '@swc/core';

/*
 * Joins the modules of src into a few: for Node to find, read and link four hundred takes longer than to run them.
 * Whatever several import paths have in common is in one place, so that there is one of each class and each map.
 */

const SRC = `${import.meta.dirname}/src`;

const entries = ['index.ts', 'command/bin.ts', ...globSync('exports/*.ts', { cwd: SRC })];

/** What makes whole gateways. */
const WHOLE = ['index.ts', 'command/bin.ts', 'exports/krakend.ts'];

/** Of the middlewares that stand alone, those large enough to be apart. Each module of the root takes it half a millisecond. */
const APART = { auth: ['auth'], proxy: ['proxy'], rules: ['policy', 'throttle'] };

/** The chunk of a module that the root loads; Rollup finds one for all others. */
function chunkOf(id, { getModuleInfo }) {
  const users = entriesThatLoad(id, getModuleInfo);
  if (!users.includes('index.ts')) return undefined;
  const parts = users.filter((entry) => !WHOLE.includes(entry));
  if (parts.length === 0) return 'gateway';
  const isFor = (names) =>
    parts.every((part) => names.includes(part.slice('exports/'.length, -'.ts'.length)));
  return Object.keys(APART).find((chunk) => isFor(APART[chunk])) ?? 'common';
}

function entriesThatLoad(id, getModuleInfo) {
  const found = new Set([id]);
  for (const module of found)
    for (const importer of getModuleInfo(module).importers) found.add(importer);
  return [...found]
    .filter((module) => getModuleInfo(module).isEntry)
    .map((entry) => relative(SRC, entry));
}

/** Without comments, and in ASCII, V8 takes a tenth less for it. Readers have src, which is in the package. */
const withoutTypes = {
  name: 'without-types',
  transform: (code, filename) =>
    transform(code, {
      filename,
      sourceMaps: true,
      jsc: {
        parser: { syntax: 'typescript' },
        target: 'es2023',
        minify: { compress: false, mangle: false, format: { comments: false, asciiOnly: true } },
      },
    }),
};

/** @type {import('rollup').RollupOptions} */
export default {
  input: Object.fromEntries(entries.map((file) => [file.replace('.ts', ''), `src/${file}`])),
  // All that is no file.
  external: /^[^./]/,
  plugins: [withoutTypes],
  output: {
    dir: 'dist',
    sourcemap: true,
    // They are in the package, beside dist.
    sourcemapExcludeSources: true,
    chunkFileNames: 'chunks/[name].js',
    manualChunks: chunkOf,
    // A chunk imports what it uses, and nothing in advance.
    hoistTransitiveImports: false,
  },
};
