import type { KrakendPlan } from './read-document.ts';

/** Warns of all that the router does and the options of its gateways do not say. */
export function warnOfWhatOptionsLack({ notes, gateways, trustedProxies }: KrakendPlan): void {
  if (trustedProxies.length > 0) {
    notes
      .at('extra_config')
      .at('router')
      .at('trusted_proxies')
      .warn("it is no option of a gateway; set the same as 'trust proxy' of the app");
  }
  for (const { notes: endpoint, path, host, answers } of gateways) {
    if (host !== undefined) {
      endpoint
        .at('endpoint')
        .warn(
          `mount it where the Host is ${host}, and nothing else there: it answers 403 to other hosts`,
        );
    }
    const { always, added, overTls } = answers;
    const names = [...new Set([...Object.keys(always), ...added.map(([name]) => name)])];
    if (names.length > 0) {
      endpoint.warn(
        `as options, ${names.join(', ')} are on answers of the upstream alone; put a middleware in front that sets them on refusals too`,
      );
    }
    const secure = Object.keys(overTls);
    if (secure.length > 0) {
      endpoint.warn(`no option sets ${secure.join(', ')}; put a middleware in front that does`);
    }
    if (path.includes(':') && gateways.length > 1) {
      endpoint
        .at('endpoint')
        .warn(
          'mount it in this order of the list, and let no percent-encoded path in: /t/%61dmin would be a parameter, where /t/admin has a gateway of its own',
        );
    }
  }
}
