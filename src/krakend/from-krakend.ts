import type { KrakendGatewayConfig } from './gateway-config.ts';
import type { KrakendReadOptions } from './options.ts';
import { RouteOrder } from './route-order.ts';
import { checkDocument, type KrakendGateway, runDocument } from './run-document.ts';
import { warnOfWhatOptionsLack } from './what-options-lack.ts';
import { withCel } from './with-cel.ts';

/**
 * Runs a configuration of KrakenD with its MCP endpoints: those with `no-op` and one backend. A document does
 * not start if it has keys that KrakenD would silently ignore, or that have no counterpart here.
 *
 * @param document - The configuration, version 3: an object, or a text of JSON.
 * @returns A router for an Express app, and what it is made of.
 * @throws {KrakendConfigError} with everything that is wrong, each with its path in the document.
 * @see https://www.krakend.io/docs/configuration/structure/
 *
 * @example From `examples/krakend.ts`:
 * ```ts
 * const { router, listen } = fromKrakend(readFileSync('krakend.json', 'utf8'), {
 *   publicUrl: 'https://gateway.example',
 *   onWarning: ({ path, message }) => console.warn(`${path || 'document'}: ${message}`),
 * });
 * ```
 */
export function fromKrakend(
  document: string | object,
  options: KrakendReadOptions = {},
): KrakendGateway {
  withCel();
  return runDocument(document, options);
}

/**
 * The options that a configuration of KrakenD comes to: for those who want to leave its format behind. There
 * is a warning for each thing that only the router of `fromKrakend` does: which proxies are trusted, headers
 * on refusals, paths in another spelling.
 *
 * @param document - As for {@link fromKrakend}.
 * @returns The options of each gateway, and where its router is to be mounted, in the order in which they are to be asked.
 * @throws {KrakendConfigError} as {@link fromKrakend} does.
 *
 * @example From `examples/krakend-extended.ts`:
 * ```ts
 * for (const { path, config } of toGatewayConfigs(readFileSync('krakend.json', 'utf8'))) {
 *   const gateway = createMcpGateway({
 *     ...config,
 *     policies: [config.policies || [], denyTools('delete_*')].flat(),
 *     filterLists: true,
 *   });
 *   // A path with parameters is a route of Express. The gateway serves any other path by itself.
 *   app.use(config.path === '/' ? path : '/', gateway);
 * }
 * ```
 */
export function toGatewayConfigs(
  document: string | object,
  options: KrakendReadOptions = {},
): KrakendGatewayConfig[] {
  withCel();
  const plan = checkDocument(document, options);
  warnOfWhatOptionsLack(plan);
  const { gateways, warnings } = plan;
  const { onWarning } = options;
  if (onWarning !== undefined) for (const warning of warnings) onWarning(warning);
  const { routes } = new RouteOrder([...new Set(gateways.map(({ path }) => path))]);
  return routes.flatMap((route) => {
    const own = gateways.filter(({ path }) => path === route);
    return own.map(({ path, host, config }) => ({
      path,
      ...(host !== undefined && { host }),
      config,
    }));
  });
}
