/**
 * Loaded with `--import`, for processes that Jest does not run: gateways that are given no engine get undici
 * for theirs, and so do those of the processes that they fork.
 */
import { registerHooks } from 'node:module';

const index = new URL('../../src/index.ts', import.meta.url).href;
const indexWithUndici = new URL('undici-index.ts', import.meta.url).href;

(globalThis as { engine?: 'undici' }).engine = 'undici';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    // By a path, as tests have it: other hooks, as instrumentations bring, have its URL.
    const isByPath = specifier.startsWith('.') && !specifier.includes('/src/../src/');
    const isReplaced = isByPath && found.url === index;
    return isReplaced ? { ...found, url: indexWithUndici } : found;
  },
});
