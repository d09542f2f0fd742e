/** For `node --import`: prints the URLs of all loaded modules when the process ends, including those of Node. */
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
