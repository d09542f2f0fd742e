import { build } from 'esbuild';

const options = { entryPoints: ['server.js'], bundle: true, platform: 'node' };

await build({ ...options, format: 'cjs', outfile: 'bundle/server.cjs' });

// Express is CommonJS, and calls `require`. In an ES module there is none, unless the bundle makes one.
const banner = `import { createRequire as createBundleRequire } from 'node:module';
const require = createBundleRequire(import.meta.url);`;
await build({ ...options, format: 'esm', outfile: 'bundle/server.mjs', banner: { js: banner } });
