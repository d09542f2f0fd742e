import type { GatewayConfig } from '../config.ts';
import { BackendUrl } from './martian/backend-url.ts';
import { authOf } from './parts/auth.ts';
import { botRulesOf } from './parts/bots.ts';
import { breakerOf } from './parts/breaker.ts';
import type { Draft, Source } from './parts/config-parts.ts';
import { corsOf } from './parts/cors.ts';
import { expressionsOf } from './parts/expressions.ts';
import { headersOf } from './parts/headers.ts';
import { hostRulesOf, hostsOf } from './parts/hosts.ts';
import { ipFilterOf } from './parts/ip-filter.ts';
import { jsonSchemaOf } from './parts/json-schema.ts';
import { addNetwork } from './parts/network.ts';
import { publicUrlOf, withoutMetadata } from './parts/public-url.ts';
import { rateLimitsOf } from './parts/rate-limits.ts';
import { targetsOf } from './parts/target.ts';
import { timeoutsOf } from './parts/timeouts.ts';
import { toolsOf } from './tools/tools-of.ts';

/** The options of the gateway for one path, and where it is mounted. */
export interface KrakendGatewayConfig {
  /** The path as Express writes it: `/t/:tenant/mcp`. */
  readonly path: string;
  /** The only host that sees it, one of those in `server/virtualhost`; absent: all other hosts. */
  readonly host?: string;
  /** The options for `createMcpGateway`. With parameters in `path`, its router is to be mounted there. */
  readonly config: GatewayConfig;
}

/** The options of one path. Mistakes are noted; the options are complete only where there are none. */
export function gatewayConfigOf(source: Source): KrakendGatewayConfig {
  const { group } = source;
  const [endpoint] = group;
  const { path, host } = endpoint;
  const { text, route, params } = path;
  const auth = authOf(source);
  const query = queryOf(source);
  const tools = toolsOf(source);
  const url = new BackendUrl(tools === undefined ? targetsOf(source) : [], query);
  const { headers, plan, use } = headersOf(source, auth?.schemes, url);
  const [target = '', ...others] = url.texts;
  const draft: Draft = {
    name: `${host ?? ''}${text}`,
    path: params.length === 0 ? route : '/',
    target: tools ?? (others.length === 0 ? target : [target, ...others]),
    methods: group.map(({ method }) => method),
    headers,
    // As in KrakenD, a refusal is an HTTP status.
    denyAs: 'http',
  };
  const policies = [
    ...hostRulesOf(source),
    ...botRulesOf(source),
    ...(auth?.policies ?? []),
    ...expressionsOf(source, plan),
    ...jsonSchemaOf(source),
  ];
  if (policies.length > 0) draft.policies = policies;
  if (auth !== undefined) {
    const publicUrl = publicUrlOf(source);
    if (publicUrl !== undefined) draft.publicUrl = publicUrl;
    draft.auth = publicUrl === undefined ? withoutMetadata(auth.schemes) : auth.schemes;
  }
  const limits = rateLimitsOf(source, plan);
  if (limits.length > 0) draft.rateLimit = limits;
  if (query.length > 0) draft.query = { forward: query };
  if (use.length > 0) draft.use = use;
  addNetwork(source, draft);
  addBodyLimit(source, draft);
  const parts = {
    timeout: timeoutsOf(source),
    breaker: breakerOf(source),
    cors: corsOf(source),
    hosts: hostsOf(source),
    ipFilter: ipFilterOf(source),
  };
  const { observe } = source.options;
  if (observe !== undefined) draft.observe = observe;
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return {
    path: route,
    ...(host !== undefined && { host }),
    config: { ...draft, ...Object.fromEntries(given) },
  };
}

/** The names of the client's query that go upstream. */
function queryOf({ group: [{ notes, values, backend }] }: Source): readonly string[] {
  const { input_query_strings: names = [] } = values;
  const second = backend.values.input_query_strings ?? [];
  const place = notes.at('input_query_strings');
  if (names.includes('*')) place.refuse('write the names that go upstream, one by one');
  const passing = second.length === 0 || second.includes('*') ? names : second;
  return names.filter((name) => name !== '*' && passing.includes(name));
}

function addBodyLimit({ group: [endpoint], service, serviceNotes }: Source, draft: Draft): void {
  const { extra, backend } = endpoint;
  const sizes = [
    extra.proxy?.max_payload,
    backend.extra.proxy?.max_payload,
    service.router?.max_payload,
  ].filter((size) => size !== undefined && size > 0);
  if (sizes.length > 0) draft.bodyLimit = Math.min(...(sizes as number[]));
  if (service.router?.max_payload !== undefined) {
    serviceNotes
      .at('router')
      .at('max_payload')
      .warn('a compressed body is not unpacked to measure it');
  }
}
