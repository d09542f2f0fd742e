/**
 * `npm run check:api` compares docs/reference/api.md with the declarations that `tsc` makes of the
 * source; `npm run check:api -- --update` writes it anew.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiReport } from './report.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const path = join(root, 'docs/reference/api.md');
const folder = mkdtempSync(join(tmpdir(), 'declarations-'));

try {
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['-p', join(root, 'tsconfig.build.json'), '--removeComments'],
      ...['--declarationMap', 'false', '--outDir', folder],
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) throw new Error('tsc failed');
  const report = apiReport(folder);
  const committed = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (process.argv.includes('--update')) {
    writeFileSync(path, report);
  } else if (report !== committed) {
    process.stderr.write(`${differenceOf(committed, report)}
The declarations of the package have changed. If that is meant, run
  npm run check:api -- --update
and commit docs/reference/api.md, with a line in CHANGELOG.md.
`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Lines that only one of the two has; which moved is for `git diff` to say. */
function differenceOf(before: string, after: string): string {
  const [old, now] = [before, after].map((text) => new Set(text.split('\n')));
  return [
    ...before
      .split('\n')
      .filter((line) => !now?.has(line))
      .map((line) => `- ${line}`),
    ...after
      .split('\n')
      .filter((line) => !old?.has(line))
      .map((line) => `+ ${line}`),
  ].join('\n');
}
