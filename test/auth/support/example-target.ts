/** Loaded before an example: its upstream is the one of a test, and its port any that is free. */
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.includes('/examples/')) return loaded;
    const source = String(loaded.source)
      .replace('https://third-party-mcp-server.example/mcp', String(process.env.TARGET))
      .replace('app.listen(3000)', 'app.listen(0)');
    return { ...loaded, source };
  },
});
