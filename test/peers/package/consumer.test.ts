import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Consumer, manifest, optionalPeers, subpaths } from './consumer.ts';

const { resolve } = createRequire(import.meta.url);
const compiler = (name: string) => join(dirname(resolve(`${name}/package.json`)), 'bin/tsc');

const STRICT = {
  target: 'es2023',
  module: 'nodenext',
  types: ['node'],
  strict: true,
  skipLibCheck: false,
};

const STRICTEST = {
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
};

const COMPILERS = [
  { name: 'TypeScript 7', tsc: compiler('typescript'), options: {} },
  { name: 'TypeScript 7, everything strict', tsc: compiler('typescript'), options: STRICTEST },
  { name: 'TypeScript 5', tsc: compiler('typescript5'), options: {} },
  {
    name: 'TypeScript 5 without esModuleInterop',
    tsc: compiler('typescript5'),
    options: { esModuleInterop: false },
  },
];

describe.each([
  { name: 'Express 5', packages: ['express@^5.0.0', '@types/express@^5.0.0'] },
  { name: 'Express 4', packages: ['express@^4.18.0', '@types/express@^4.17.0'] },
])('the packed tarball, with $name', ({ packages }) => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await Consumer.install(...packages, ...optionalPeers, '@types/node@^22.0.0');
    for (const name of ['commonjs.cjs', 'commonjs-types.cts', 'esm.mts']) await consumer.copy(name);
    const imports = subpaths.map(
      (subpath, i) => `import * as module${i} from '${manifest.name}${subpath.slice(1)}';`,
    );
    const uses = subpaths.map((_, i) => `module${i}`);
    await consumer.write(
      'subpaths.mts',
      [...imports, `for (const { ...all } of [${uses}]) console.log(Object.keys(all));`].join('\n'),
    );
  });

  test('require() gives the root and every subpath, and relays', async () => {
    const printed = await consumer.node('commonjs.cjs', ...subpaths);
    expect(printed.trim().split('\n')).toEqual([...subpaths, 'relayed']);
  });

  test.each(COMPILERS)('$name: checks, and runs what it made', async ({ tsc, options }) => {
    const config = { compilerOptions: { ...STRICT, ...options } };
    await consumer.write('tsconfig.json', JSON.stringify(config));
    await consumer.node(tsc);
    for (const name of ['esm.mjs', 'commonjs-types.cjs']) {
      expect(await consumer.node(name)).toBe('relayed\n');
    }
    expect(await consumer.node('subpaths.mjs')).not.toContain('[]');
  });
});
