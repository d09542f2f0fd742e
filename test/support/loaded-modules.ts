import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The modules that `specifier` loads when it is imported: paths below the root of this package, and URLs of others.
 * In a process of its own, because a module that was loaded once is not loaded again.
 */
export async function modulesLoadedBy(specifier: string): Promise<string[]> {
  const hooks = new URL('print-loaded-modules.ts', import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    '--import',
    hooks,
    '--input-type=module',
    '--eval',
    `await import(${JSON.stringify(specifier)})`,
  ]);
  const urls: string[] = JSON.parse(stdout);
  return urls.map((url) => (url.startsWith(ROOT) ? url.slice(ROOT.length) : url));
}

const ROOT = new URL('../../', import.meta.url).href;
