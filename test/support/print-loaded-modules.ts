/** For `node --import`: when the process ends, it prints the URLs of all modules that were loaded. */
import { registerHooks } from 'node:module';

const loaded = new Set<string>();

registerHooks({
  load(url, context, nextLoad) {
    loaded.add(url);
    return nextLoad(url, context);
  },
});

process.on('exit', () => {
  process.stdout.write(JSON.stringify([...loaded]));
});
