import type { KrakendGatewayConfig } from './gateway-config.ts';
import type { KrakendReadOptions } from './options.ts';
import { readDocument } from './read-document.ts';
import { type KrakendGateway, runDocument } from './run-document.ts';
import { withCel } from './with-cel.ts';

/**
 * Runs a configuration of KrakenD with its MCP endpoints: those with `no-op` and one backend. What KrakenD
 * would ignore without a word, and what there is no counterpart for, does not start.
 *
 * @param document - The configuration, version 3: an object, or a text of JSON.
 * @returns A router for an Express app, and what it is made of.
 * @throws {KrakendConfigError} with everything that is wrong, each with its path in the document.
 * @see https://www.krakend.io/docs/configuration/structure/
 */
export function fromKrakend(
  document: string | object,
  options: KrakendReadOptions = {},
): KrakendGateway {
  withCel();
  return runDocument(document, options);
}

/**
 * The options that a configuration of KrakenD comes to: for whoever wants to leave its format behind. Which proxies
 * are trusted, and headers on refusals, are not among them: `fromKrakend` has these in its router.
 *
 * @param document - As for {@link fromKrakend}.
 * @returns The options of each gateway, and where its router is to be mounted.
 * @throws {KrakendConfigError} as {@link fromKrakend} does.
 */
export function toGatewayConfigs(
  document: string | object,
  options: KrakendReadOptions = {},
): KrakendGatewayConfig[] {
  withCel();
  const { gateways, warnings } = readDocument(document, options);
  const { onWarning } = options;
  if (onWarning !== undefined) for (const warning of warnings) onWarning(warning);
  return gateways.map(({ path, config }) => ({ path, config }));
}
