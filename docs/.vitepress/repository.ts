import { globSync, readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Pages of the site below this path are files from outside of `docs`, by their paths from the root. */
const FOLDER = 'repository';

/** A file from outside of `docs` as a page: Markdown files as they are, others as a block of code. */
export interface RepositoryPage {
  readonly params: { readonly file: string };
  readonly content: string;
}

/** Markdown files of the root, and text files of `examples`. */
const PATTERNS = ['*.md', 'LICENSE', 'examples/**/*.{md,ts,conf,yaml,json}'];

/** The paths of these files from the root. */
const FILES: readonly string[] = globSync(PATTERNS, {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
}).map((path) => path.replaceAll('\\', '/'));

const isDocument = (path: string) => extname(path) === '.md';
const pageOf = (path: string) => (isDocument(path) ? path.slice(0, -'.md'.length) : path);

/** All these pages, for the dynamic route of VitePress. */
export function repositoryPages(): readonly RepositoryPage[] {
  return FILES.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const language = extname(path).slice(1).replace('conf', 'nginx');
    const content = isDocument(path) ? text : `# ${path}\n\n\`\`\`\`${language}\n${text}\`\`\`\``;
    return { params: { file: pageOf(path) }, content };
  });
}

/** The path on the site to which a relative link of a page leads; undefined if the site has no such page. */
export function siteLink(page: string, link: string): string | undefined {
  const [path = '', hash] = link.split('#');
  const from = page.startsWith(`${FOLDER}/`) ? page.slice(FOLDER.length + 1) : `docs/${page}`;
  const target = posix.join(posix.dirname(from), decodeURI(path));
  const anchor = hash === undefined ? '' : `#${hash}`;
  if (target.startsWith('docs/')) return `/${target.slice('docs/'.length)}${anchor}`;
  const file = [target, posix.join(target, 'README.md')].find((name) => FILES.includes(name));
  return file === undefined ? undefined : `/${FOLDER}/${pageOf(file)}.html${anchor}`;
}
