import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { atTestEnd, serve } from '../../support/servers.ts';
import type { InPage } from './in-page.ts';

const COMMAND = 'chromium';

declare global {
  /** Of a page, not of this process. */
  var inPage: InPage;
}

/** Opens a page that has an origin of its own, until the test is over. */
export type OpenPage = () => Promise<{ readonly page: Page; readonly origin: string }>;

/** `describe` where there is a browser to start; skipped, and said so, where not. */
export function describeBrowser(name: string, body: (open: OpenPage) => void): void {
  const found = spawnSync('sh', ['-c', `command -v ${COMMAND}`], { encoding: 'utf8' });
  if (found.status !== 0) {
    process.stderr.write(`Skipped: ${name} (no ${COMMAND})\n`);
    test.skip(name, () => {});
    return;
  }
  describe(name, () => {
    let browser: Browser;
    let script: string;

    beforeAll(async () => {
      script = bundle();
      browser = await chromium.launch({
        executablePath: found.stdout.trim(),
        // Its sandbox refuses root, which containers often run as.
        args: ['--no-sandbox'],
      });
    });
    afterAll(() => browser?.close());

    body(async () => {
      const { port } = await serve((req, res) => {
        const isScript = req.url === '/in-page.js';
        res.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
        res.end(isScript ? script : '<!doctype html><script src="/in-page.js"></script>');
      });
      const origin = `http://127.0.0.1:${port}`;
      const page = await browser.newPage();
      atTestEnd(() => page.close());
      await page.goto(origin);
      return { page, origin };
    });
  });
}

/** What the page runs, with the SDK in it, as an application would ship it. */
function bundle(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, 'in-page.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2024',
  });
  return outputFiles[0]?.text ?? '';
}
