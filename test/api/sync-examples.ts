/**
 * `npm run sync:examples` writes into each `@example` of the source what stands in the example that it names;
 * with `--check` it only says which comments are behind.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { withExamples } from './tsdoc-examples.ts';

const root = new URL('../../', import.meta.url);

for (const path of globSync('src/**/*.ts', { cwd: root })) {
  const file = new URL(path, root);
  const source = readFileSync(file, 'utf8');
  const synced = withExamples(source);
  if (synced === source) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${path} has an example that has changed; run npm run sync:examples\n`);
    process.exitCode = 1;
  } else writeFileSync(file, synced);
}
