import type { Store } from 'express-rate-limit';
import type { KrakendGatewayConfig } from './gateway-config.ts';
import type { Notes } from './notes.ts';

/** A store counts in windows of one length. Where gateways would give it two lengths, the second is noted. */
export function refuseOtherWindows(
  gateways: readonly (KrakendGatewayConfig & { readonly notes: Notes })[],
): void {
  const known = new Map<Store, { readonly window: unknown; readonly path: string }>();
  for (const { config, notes, path: route, host = '' } of gateways) {
    const path = `${host}${route}`;
    for (const limit of [config.rateLimit || []].flat()) {
      const { store, window } = limit;
      if (store === undefined) continue;
      const first = known.get(store) ?? { window, path };
      known.set(store, first);
      // Within one gateway, the check of its own options says it.
      if (first.window === window || first.path === path) continue;
      notes.refuse(
        `a limit in Redis takes ${window} ms here and ${first.window} ms at ${first.path}, and a store counts in one time; write the same every and rate, or another connection_pool`,
      );
    }
  }
}
