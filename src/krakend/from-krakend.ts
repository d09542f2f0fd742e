import type { Router } from 'express';
import { createMcpGateway, type McpGateway } from '../gateway.ts';
import type { KrakendGatewayConfig } from './gateway-config.ts';
import type { KrakendListen } from './listen.ts';
import type { KrakendNote } from './notes.ts';
import type { KrakendReadOptions } from './options.ts';
import { notedOr } from './parts/noted.ts';
import { readDocument, throwIf } from './read-document.ts';
import { routerOf } from './router.ts';

/** A KrakenD configuration that runs. */
export interface KrakendGateway {
  /** What does all that the document says; to be mounted at the root of an Express app. */
  readonly router: Router;
  /** One gateway for each path; with parameters, paths are as Express writes them. */
  readonly gateways: readonly { readonly path: string; readonly gateway: McpGateway }[];
  /** What the document says of the server, which is the app's. */
  readonly listen: KrakendListen;
  /** What works in another way than in KrakenD. */
  readonly warnings: readonly KrakendNote[];
}

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
  const { gateways, problems, warnings, listen, trustedProxies } = readDocument(document, options);
  const mounted = gateways.flatMap(({ path, config, notes, security }) => {
    const gateway = notedOr(notes, () => createMcpGateway(config));
    return gateway === undefined
      ? []
      : [{ path, gateway, security, knowsPath: config.path === path }];
  });
  throwIf(problems);
  const { onWarning } = options;
  if (onWarning !== undefined) for (const warning of warnings) onWarning(warning);
  return {
    router: routerOf(mounted, trustedProxies),
    gateways: mounted.map(({ path, gateway }) => ({ path, gateway })),
    listen,
    warnings,
  };
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
  const { gateways, warnings } = readDocument(document, options);
  const { onWarning } = options;
  if (onWarning !== undefined) for (const warning of warnings) onWarning(warning);
  return gateways.map(({ path, config }) => ({ path, config }));
}
