/** For `node --import`: when the process ends, it prints the URLs of all modules that were loaded, Node's own included. */
import { registerHooks } from 'node:module';

const loaded = new Set<string>();

registerHooks({
  load(url, context, nextLoad) {
    loaded.add(url);
    return nextLoad(url, context);
  },
});

process.on('exit', () => {
  const { moduleLoadList } = process as typeof process & { readonly moduleLoadList: string[] };
  const ofNode = moduleLoadList.map((name) => name.replace(/^NativeModule /, 'node:'));
  process.stdout.write(JSON.stringify([...loaded, ...ofNode]));
});
