/**
 * Tells its parent what is wrong with `engine: 'undici'` where the package is `missing`, has `moved` a file, or
 * is in each of other `versions`: its arguments.
 */
import { createRequire, registerHooks } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfigError } from '../../../src/index.ts';

const [what, ...versions] = process.argv.slice(2);
let version = '';

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
    if (what === 'versions' && url.endsWith('/undici/package.json')) {
      return { format: 'json', source: JSON.stringify({ version }), shortCircuit: true };
    }
    return nextLoad(url, context);
  },
});

const { createMcpGateway } = await import('../../../src/index.ts');

const target = 'http://127.0.0.1:1/mcp';
const gateway = createMcpGateway({ target });

/** Of a gateway that is updated the same as of one that is made. */
function problemsNow(): readonly unknown[] {
  const { config } = gateway.stats();
  const [made, updated] = [createMcpGateway, gateway.update].map((give) => {
    return problemsWith(() => void give({ target, engine: 'undici' }));
  });
  const isSame = isDeepStrictEqual(made, updated) && gateway.stats().config === config;
  return isSame || updated?.length === 0 ? (made ?? []) : ['update() has other problems'];
}

function problemsWith(give: () => void): readonly unknown[] {
  try {
    give();
    return [];
  } catch (error) {
    return (error as GatewayConfigError).problems;
  }
}

function problemsIn(installed: string): readonly unknown[] {
  version = installed;
  const { cache, resolve } = createRequire(import.meta.url);
  delete cache[resolve('undici/package.json')];
  return problemsNow();
}

process.send?.(what === 'versions' ? versions.map(problemsIn) : problemsNow());
