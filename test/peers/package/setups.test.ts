import { readdirSync, readFileSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Consumer, manifest } from './consumer.ts';

const SETUPS = join(import.meta.dirname, '../../../examples/setups');
const names = readdirSync(SETUPS);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What all setups need together, by name; each package in one version. */
function packages(): Map<string, string> {
  const all = new Map<string, string>();
  for (const setup of names) {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(SETUPS, setup, 'package.json'), 'utf8'),
    ) as Manifest;
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (all.has(name) && all.get(name) !== range) throw new Error(`${setup}: ${name}@${range}`);
      all.set(name, range);
    }
  }
  return all;
}

describe('the setups that one can copy, with the packed tarball', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    const { [manifest.name]: own, ...others } = Object.fromEntries(packages());
    expect(own).toBeDefined();
    consumer = await Consumer.install(...Object.entries(others).map((each) => each.join('@')));
  }, 240_000);

  test.each(names)('%s: its own tests pass', async (name) => {
    const folder = join(consumer.folder, name);
    await cp(join(SETUPS, name), folder, { recursive: true });
    await symlink(join(consumer.folder, 'node_modules'), join(folder, 'node_modules'));
    expect(await consumer.npmTest(name)).toMatch(/\bpass [1-9]|\b[1-9] passed/);
  });
});
