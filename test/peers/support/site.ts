import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { ROOT } from '../../support/pages.ts';
import { serve } from '../../support/servers.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The documentation as a site, built into a folder of its own. */
export class Site {
  readonly #folder = mkdtempSync(join(tmpdir(), 'site-'));

  /** @throws where a link leads nowhere, or anything else is wrong with a page. */
  constructor() {
    const program = join(ROOT, 'node_modules/vitepress/bin/vitepress.js');
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [program, 'build', 'docs', '--outDir', this.#folder],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
    );
    if (status !== 0) throw new Error(`vitepress build: ${stdout}\n${stderr}`);
  }

  /** A file of it. */
  read(path: string): string {
    return readFileSync(join(this.#folder, path), 'utf8');
  }

  /** Serves it until the test is over; gives its URL. */
  async serve(): Promise<string> {
    const { port } = await serve(({ url = '/' }, res) => {
      const { pathname } = new URL(url, 'http://site');
      const path = pathname === '/' ? '/index.html' : decodeURI(pathname);
      try {
        const bytes = readFileSync(join(this.#folder, path));
        res.setHeader('Content-Type', TYPES[extname(path)] ?? 'text/plain').end(bytes);
      } catch {
        res.writeHead(404).end();
      }
    });
    return `http://127.0.0.1:${port}`;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
