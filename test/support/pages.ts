import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { headingSlug } from '../../docs/.vitepress/heading-slug.ts';

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** The text of a file, by its path from the root. */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The paths of all pages that a user reads: README and those of docs. */
export const PAGES: readonly string[] = [
  'README.md',
  // `docs/repository` stands for files outside of `docs`, on the site.
  ...globSync('docs/**/*.md', { cwd: ROOT }).filter((path) => !path.startsWith('docs/repository/')),
];

/** The paths of all documents, including those for contributors and those beside examples. */
export const DOCUMENTS: readonly string[] = [
  ...PAGES,
  ...globSync(['*.md', 'examples/**/*.md'], {
    cwd: ROOT,
    exclude: (path) => path.includes('node_modules'),
  }).filter((path) => path !== 'README.md'),
];

/** A block of code of a page. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

/** All blocks of code of a page. */
export function blocksOf(page: string): readonly Block[] {
  return [...read(page).matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map(
    ([, indent, language = '', text = '']) => ({
      page,
      language,
      // A block of a list stands below its item.
      text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

/** A page without its blocks of code. */
export const proseOf = (path: string): string => read(path).replaceAll(/^ *```.*?^ *```$/gms, '');

/** The anchors of the headings of a page. */
export function anchorsOf(path: string): readonly string[] {
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => headingSlug(heading));
}
