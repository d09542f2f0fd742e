import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * `require` of this package, for optional peers that load when they are used. A bundle that was made as CommonJS
 * has no `import.meta.url`: there packages are found as from the folder in which the app was started.
 */
export const requirePeer: NodeJS.Require = createRequire(
  import.meta.url ?? join(process.cwd(), 'bundle.cjs'),
);
