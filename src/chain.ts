import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from './config.ts';
import { chain } from './http/chain.ts';
import { foldFieldName } from './http/field.ts';
import type { Middleware } from './http/middleware.ts';
import type { ViaHop } from './http/via-hop.ts';
import { MCP_METHODS } from './mcp/http-methods.ts';
import { asList } from './options/as-list.ts';
import type { ConfigProblems } from './options/config-problems.ts';
import type { Timeouts } from './relay/timeouts.ts';
import type { SlotName } from './slot-name.ts';
import { authenticate } from './slots/auth/auth.ts';
import { credentialFields } from './slots/auth/credential-fields.ts';
import type { Identity } from './slots/auth/identity.ts';
import { relayCredentials } from './slots/auth/upstream-auth.ts';
import { bodyLimit } from './slots/body-limit/body-limit.ts';
import { contain } from './slots/contain.ts';
import { type McpCorsOptions, mcpCors } from './slots/cors.ts';
import type { Drain } from './slots/draining.ts';
import { filterLists } from './slots/filter-lists/filter-lists.ts';
import { headLimits } from './slots/head.ts';
import type { HeaderRules } from './slots/headers/header-rules.ts';
import { injectHeaders } from './slots/headers/headers.ts';
import { allowedHosts } from './slots/hosts.ts';
import { ipFilter } from './slots/ip-filter.ts';
import { readMessage } from './slots/message/message.ts';
import { allowedMethods } from './slots/methods.ts';
import { observe, watched } from './slots/observe/observe.ts';
import { type DenyAs, enforcePolicies } from './slots/policies/policies.ts';
import { readPolicies } from './slots/policies/policy.ts';
import { type Limits, readLimits } from './slots/rate-limit/options.ts';
import { enforceLimits } from './slots/rate-limit/rate-limit.ts';
import type { OwnedSessions } from './slots/sessions/owned-sessions.ts';
import { type EndpointOf, ownSessions } from './slots/sessions/sessions.ts';
import { streamCap } from './slots/streams/streams.ts';
import { awaitTurn } from './slots/turn.ts';
import { hostMiddleware } from './slots/use.ts';

/** A slot: its name, and the options that it reads. */
export interface Slot {
  readonly name: SlotName;
  readonly options: readonly (keyof GatewayConfig)[];
  /** Whether it decides nothing, so that observers are not told that it let a request pass. */
  readonly isSilent?: true;
}

const ORDER = [
  { name: 'observe', options: ['observe'], isSilent: true },
  { name: 'turn', options: ['timeout'], isSilent: true },
  { name: 'cors', options: ['cors', 'publicUrl', 'methods', 'auth', 'headers'] },
  { name: 'head', options: [] },
  { name: 'draining', options: [] },
  { name: 'hosts', options: ['hosts'] },
  { name: 'methods', options: ['methods'] },
  { name: 'ipFilter', options: ['ipFilter'] },
  { name: 'rateLimit', options: ['rateLimit'] },
  { name: 'auth', options: ['auth', 'publicUrl', 'headers'] },
  { name: 'sessions', options: ['sessions', 'auth'] },
  { name: 'streams', options: ['streams'] },
  { name: 'bodyLimit', options: ['bodyLimit'] },
  { name: 'message', options: ['policies', 'rateLimit'] },
  { name: 'userLimit', options: ['rateLimit', 'denyAs'] },
  { name: 'policies', options: ['policies', 'denyAs'] },
  { name: 'filterLists', options: ['filterLists', 'policies'] },
  { name: 'use', options: ['use'] },
  { name: 'headers', options: ['headers'] },
] as const satisfies readonly Slot[];

/** What stands behind all slots, and has a name all the same. */
type Last = 'relay' | 'metadata';

type Placed = (typeof ORDER)[number]['name'] | Last;

/**
 * THE ORDER in which a request passes the slots: cheap and anonymous checks first. A slot that is
 * switched off is not in the chain of a gateway. No name of {@link SlotName} is missing: that would
 * not compile.
 */
export const SLOTS: readonly Slot[] = ORDER satisfies SlotName extends Placed ? unknown : never;

/** The middlewares of the slots that are switched on, and of what answers behind them. */
export type Slots = { readonly [Name in SlotName]?: Middleware | undefined };

/** What slots have to know besides their own options. */
export interface SlotSettings {
  readonly drain: Drain;
  readonly hop: ViaHop;
  readonly publicUrl: URL | undefined;
  readonly identity: Identity;
  readonly sessions: OwnedSessions | undefined;
  readonly endpointOf: EndpointOf;
  readonly timeouts: Timeouts;
  readonly warnOfMetadata: ((req: IncomingMessage) => void) | undefined;
}

/** Builds the slots that are switched on. */
export function compileSlots(
  problems: ConfigProblems,
  config: GatewayConfig,
  { drain, hop, publicUrl, identity, sessions, endpointOf, timeouts, warnOfMetadata }: SlotSettings,
): Slots {
  const { cors = {}, hosts = false, methods = MCP_METHODS, bodyLimit: limit = '4mb' } = config;
  const { use = false, headers = false, ipFilter: addresses = false, streams = false } = config;
  const { rateLimit = false, observe: observers = false } = config;
  const limits = rateLimit === false ? undefined : readLimits(problems, 'rateLimit', rateLimit);
  const method = problems.within('methods', () => allowedMethods(methods));
  // A mistake in `methods` is told once.
  const presets = {
    origin: publicUrl ? [publicUrl.origin] : [],
    // The routes of the older transport have methods of their own.
    methods: method && !config.legacySse ? methods : MCP_METHODS,
  };
  if (cors && Object.hasOwn(cors, 'methods')) {
    problems.add('cors.methods', 'an option', 'methods, which is the same for CORS');
  }
  return {
    observe: problems.slot('observe', observers, (own) => observe(asList(own))),
    turn: awaitTurn(timeouts.idle),
    cors: problems.slot('cors', cors, (options) =>
      mcpCors(withPresets(options, presets), headersReadBy(identity, headers)),
    ),
    head: headLimits(hop),
    draining: drain.middleware,
    hosts: problems.slot('hosts', hosts, allowedHosts),
    methods: method,
    ipFilter: problems.slot('ipFilter', addresses, ipFilter),
    rateLimit: limits?.early.length ? enforceLimits(limits.early, { asResult: false }) : undefined,
    auth: authSlot(problems, config, identity, warnOfMetadata),
    sessions: sessions && ownSessions(sessions, endpointOf),
    streams: problems.slot('streams', streams, (options) => streamCap(options)),
    bodyLimit: problems.slot('bodyLimit', limit, bodyLimit),
    ...messageSlots(problems, config, identity, limits),
    use: problems.slot('use', use, (own) => hostMiddleware(asList(own))),
    headers: problems.slot('headers', headers, injectHeaders),
  };
}

function authSlot(
  problems: ConfigProblems,
  { headers }: GatewayConfig,
  identity: Identity,
  warnOfMetadata: SlotSettings['warnOfMetadata'],
): Middleware | undefined {
  // What is no object is left for `injectHeaders` to complain of.
  const rules: HeaderRules = typeof headers === 'object' && headers !== null ? headers : {};
  if (identity.relaysTokens) {
    const edited = lowerCased([Object.keys(rules.set ?? {}), rules.remove ?? []].flat());
    if (edited.includes('authorization')) {
      const expected = 'no edit of it: `upstreamAuth()` relays that of the client';
      problems.add('headers', 'Authorization', expected);
    }
    return relayCredentials();
  }
  if (identity.schemes.length === 0) return undefined;
  const credentials = credentialFields(identity.schemes);
  for (const name of [rules.forward ?? []].flat()) {
    if (!credentials.has(foldFieldName(String(name)))) continue;
    const expected =
      'no header with credentials: they are for `auth`. Take it out, and give the upstream its own in `headers.set`';
    problems.add('headers.forward', name, expected);
  }
  return authenticate(identity, warnOfMetadata);
}

/** The request headers that `auth` and `headers.forward` name: pages have to be able to send them. */
function headersReadBy({ schemes, relaysTokens }: Identity, headers: unknown): string[] {
  const { forward } = Object(headers) as HeaderRules;
  const forwarded = [forward ?? []].flat().filter(isExactName);
  const credentials = schemes.flatMap(({ header }) => header ?? []);
  return [...credentials, ...(relaysTokens ? ['DPoP'] : []), ...forwarded];
}

function isExactName(name: unknown): name is string {
  return typeof name === 'string' && !name.includes('*');
}

function lowerCased(names: readonly unknown[]): string[] {
  return names.map((name) => String(name).toLowerCase());
}

/** The body is read only where something that decides needs the message. */
function messageSlots(
  problems: ConfigProblems,
  { policies = false, denyAs = 'jsonrpc', filterLists: isFiltering = false }: GatewayConfig,
  { challenge }: Identity,
  limits: Limits | undefined,
): Slots {
  if (denyAs !== 'http' && denyAs !== 'jsonrpc') {
    problems.add('denyAs', denyAs, "'http' or 'jsonrpc'");
  }
  if (typeof isFiltering !== 'boolean') problems.add('filterLists', isFiltering, 'true or false');
  else if (isFiltering && policies === false) {
    problems.add('filterLists', isFiltering, 'policies besides, which say what to hide');
  }
  const enforced = policies === false ? [] : readPolicies(problems, 'policies', policies);
  const isRead = policies !== false || limits?.needsMessage === true;
  const seesArguments =
    limits?.seesArguments === true || enforced.some((policy) => policy.seesArguments);
  const asResult = denyAs === 'jsonrpc';
  return {
    message: isRead ? readMessage({ seesArguments }) : undefined,
    userLimit: limits?.late.length ? enforceLimits(limits.late, { asResult }) : undefined,
    policies:
      policies === false
        ? undefined
        : enforcePolicies(enforced, { denyAs: denyAs as DenyAs, challenge }),
    filterLists: isFiltering ? filterLists(enforced) : undefined,
  };
}

/** Runs `step` together with the slot of that name, or else with the next that is on: no observer hears of it. */
export function withStep(slots: Slots, name: SlotName, step: Middleware): Slots {
  const names: SlotName[] = [...SLOTS.map((slot) => slot.name), 'relay'];
  const first = names.slice(names.indexOf(name)).find((next) => slots[next] !== undefined);
  return first === undefined ? slots : { ...slots, [first]: chain([step, slots[first]]) };
}

/**
 * One middleware that runs these slots in order, and `last` behind them, and answers for what they
 * throw; each is reported where somebody observes.
 */
export function chainSlots(slots: Slots, last: Last): Middleware {
  const order: readonly Slot[] = [...SLOTS, { name: last, options: [] }];
  const steps = order.map(({ name, isSilent = false }) => {
    const step = slots[name];
    return step && slots.observe && !isSilent ? watched(name, step) : step;
  });
  return contain(chain(steps));
}

function withPresets(
  options: McpCorsOptions,
  { origin, methods }: Required<Pick<McpCorsOptions, 'origin' | 'methods'>>,
): McpCorsOptions {
  // What is no object is left for `mcpCors` to complain of.
  if (typeof options !== 'object' || options === null) return options;
  return { origin, ...options, methods };
}
