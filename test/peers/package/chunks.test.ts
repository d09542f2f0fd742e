import { describe, expect, test } from '@jest/globals';
import { modulesLoadedBy } from '../../support/loaded-modules.ts';
import { LOADED, packagesIn } from '../../support/loaded-packages.ts';
import { subpaths } from './consumer.ts';

const ROOT = new URL('../../../dist/index.js', import.meta.url).href;

const fileOf = (subpath: string) =>
  subpath === '.' ? ROOT : new URL(`exports/${subpath.slice(2)}.js`, ROOT).href;

/** Each takes less than a millisecond, and every project that has this package has it. */
const SMALL = ['bytes', 'cors', 'fastest-levenshtein', 'ms', 'vary'];

describe.each(subpaths)('the built package: %s', (subpath) => {
  test('loads no package that its source does not, but small ones', async () => {
    const loaded = packagesIn(await modulesLoadedBy(fileOf(subpath)));
    const allowed = [...SMALL, ...(LOADED[subpath.replace('./', '')] ?? [])];
    expect([...loaded].filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

test('the root is joined into a few files', async () => {
  const modules = await modulesLoadedBy(ROOT);
  const own = modules.filter((path) => path.startsWith('dist/'));
  expect(own).toContain('dist/index.js');
  expect(own.length).toBeLessThanOrEqual(8);
});

test('what several import paths have in common is there once', async () => {
  const [root, ...others] = await Promise.all(
    ['.', './auth', './cors', './policy', './proxy', './rest', './throttle'].map(
      (subpath) => import(fileOf(subpath)),
    ),
  );
  const mistaken = others.flatMap((exported) => Object.values(exported)).filter(isFunction);
  for (const make of mistaken) {
    const error = await failureOf(() => make({ unknown: true }));
    expect([make.name, error instanceof root.GatewayConfigError]).toEqual([make.name, true]);
  }
});

function isFunction(value: unknown): value is (options: object) => unknown {
  return typeof value === 'function';
}

async function failureOf(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  return undefined;
}
