import type { Router } from 'express';
import type { GatewayConfig } from '../config.ts';
import { checkGateway, createMcpGateway, type McpGateway } from '../gateway.ts';
import type { KrakendListen } from './listen.ts';
import type { KrakendNote } from './notes.ts';
import type { KrakendReadOptions } from './options.ts';
import { notedOr } from './parts/noted.ts';
import { type KrakendPlan, readDocument, throwIf } from './read-document.ts';
import { routerOf } from './router.ts';

/** A KrakenD configuration that runs. */
export interface KrakendGateway {
  /** Does all that the document says; to be mounted at the root of an Express app. */
  readonly router: Router;
  /** One gateway for each path; with parameters, paths are as Express writes them. */
  readonly gateways: readonly {
    readonly path: string;
    /** The only host that sees it, where there is one. */
    readonly host?: string;
    readonly gateway: McpGateway;
  }[];
  /** What the document says of the server. The app makes that server. */
  readonly listen: KrakendListen;
  /** What works in another way than in KrakenD. */
  readonly warnings: readonly KrakendNote[];
}

/** Finds everything that is wrong with a document, and starts nothing. */
export function checkDocument(
  document: string | object,
  options: KrakendReadOptions = {},
): KrakendPlan {
  const plan = readDocument(document, options);
  for (const { config, notes } of plan.gateways) notedOr(notes, () => checkGateway(config));
  throwIf(plan.problems);
  return plan;
}

/**
 * Does the work of `fromKrakend`.
 *
 * @param create - Gives a gateway for a path of a host, which `place` names.
 */
export function runDocument(
  document: string | object,
  options: KrakendReadOptions = {},
  create: (config: GatewayConfig, place: string) => McpGateway = (config) =>
    createMcpGateway(config),
): KrakendGateway {
  const plan = readDocument(document, options);
  const { gateways, problems, warnings, listen, trustedProxies, virtualHosts } = plan;
  const mounted = gateways.flatMap(({ path, host, config, notes, answers }) => {
    const gateway = notedOr(notes, () => create(config, `${host ?? ''}${path}`));
    if (gateway === undefined) return [];
    const hasMetadata = config.publicUrl !== undefined;
    const knowsPath = config.path === path;
    return [{ path, host, gateway, answers, knowsPath, hasMetadata }];
  });
  throwIf(problems);
  const { onWarning } = options;
  if (onWarning !== undefined) for (const warning of warnings) onWarning(warning);
  return {
    router: routerOf(mounted, trustedProxies, virtualHosts),
    gateways: mounted.map(({ path, host, gateway }) => ({
      path,
      ...(host !== undefined && { host }),
      gateway,
    })),
    listen,
    warnings,
  };
}
