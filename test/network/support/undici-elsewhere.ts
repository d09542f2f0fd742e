/**
 * Tells its parent what is wrong with `engine: 'undici'` where the package is `missing`, is in another
 * `version`, or has `moved` a file: its arguments.
 */
import { registerHooks } from 'node:module';
import type { GatewayConfigError } from '../../../src/index.ts';

const [what, version] = process.argv.slice(2);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isMoved = what === 'moved' && specifier === 'undici/lib/core/symbols.js';
    if (isMoved || (what === 'missing' && specifier.startsWith('undici/'))) {
      throw Object.assign(new Error(`Cannot find module '${specifier}'`), {
        code: 'MODULE_NOT_FOUND',
      });
    }
    return nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    if (what === 'version' && url.endsWith('/undici/package.json')) {
      return { format: 'json', source: JSON.stringify({ version }), shortCircuit: true };
    }
    return nextLoad(url, context);
  },
});

const { createMcpGateway } = await import('../../../src/index.ts');

try {
  createMcpGateway({ target: 'http://127.0.0.1:1/mcp', engine: 'undici' });
  process.send?.([]);
} catch (error) {
  process.send?.((error as GatewayConfigError).problems);
}
