/**
 * Loaded with `--import`, for processes that Jest does not run. Gateways whose config names no engine use
 * undici, also in processes that this one forks.
 */
import { registerHooks } from 'node:module';

const index = new URL('../../src/index.ts', import.meta.url).href;
const indexWithUndici = new URL('undici-index.ts', import.meta.url).href;

(globalThis as { engine?: 'undici' }).engine = 'undici';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    // Tests import the index by a path. Other hooks, such as those of instrumentations, use its URL.
    const isByPath = specifier.startsWith('.') && !specifier.includes('/src/../src/');
    const isReplaced = isByPath && found.url === index;
    return isReplaced ? { ...found, url: indexWithUndici } : found;
  },
});
