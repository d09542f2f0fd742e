/** Loaded before an example: places that it names are those of a test, and its port any that is free. */
import { registerHooks } from 'node:module';

const places: Record<string, string> = JSON.parse(String(process.env.PLACES));

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.includes('/examples/')) return loaded;
    let source = String(loaded.source).replace('app.listen(3000)', 'app.listen(0)');
    for (const [place, own] of Object.entries(places)) {
      if (!source.includes(place)) throw new Error(`The example does not name ${place}`);
      source = source.replace(place, own);
    }
    return { ...loaded, source };
  },
});
