import { goesByAddress, readSlots, SLOTS, type SlotPlans } from './chain.ts';
import type { GatewayConfig, GatewayMetadataOptions, NodeConfig } from './config.ts';
import { configHash } from './config-hash.ts';
import type { ErrorListener } from './context.ts';
import { type LegacySsePlan, readLegacySse } from './legacy-sse/options.ts';
import { type ConfigProblems, checkConfig } from './options/config-problems.ts';
import { GATEWAY_HINTS } from './options/other-names.ts';
import { NETWORK_HINTS } from './relay/network/hints.ts';
import { RELAY_OPTIONS, type RelayPlan } from './relay/options.ts';
import {
  type MetadataWarningSettings,
  readMetadataWarning,
} from './slots/auth/metadata-warning.ts';
import { readResourceDocument } from './slots/auth/resource-document.ts';
import { type Basis, readBasis } from './slots/basis.ts';
import type { DenyAs } from './slots/policies/deny-as.ts';
import { isClaim, namesIn } from './targets/names.ts';

/** A configuration, read: all that a gateway is built from. */
export interface Plan {
  /** The name of the gateway. */
  readonly name: string;
  /** The hash of the configuration. */
  readonly config: string;
  /** The route of the endpoint. */
  readonly path: string;
  readonly relay: RelayPlan;
  readonly slots: SlotPlans;
  readonly legacySse: LegacySsePlan | undefined;
  readonly metadata: MetadataPlan | undefined;
  readonly denyAs: DenyAs;
  readonly onError: ErrorListener | false;
  /** Whether any slot uses the address of the client. */
  readonly goesByAddress: boolean;
  /** Whether anything is counted by user although no `auth` finds out the user. */
  readonly countsWithoutUser: boolean;
}

/** What is served as the metadata of the endpoint, a protected resource. */
export interface MetadataPlan {
  readonly publicUrl: URL;
  /** Whether it is at the root of the host as well. */
  readonly root: boolean;
  /** Undefined: the gateway serves the upstream's own metadata, as clients of the gateway have to see it. */
  readonly document: string | undefined;
  readonly warning: MetadataWarningSettings;
}

const HINTS = { ...GATEWAY_HINTS, ...NETWORK_HINTS };

/** All options: those of the slots, and those of what is around them. */
const OPTIONS: readonly string[] = [
  ...new Set<string>([
    ...RELAY_OPTIONS,
    'path',
    'publicUrl',
    'metadata',
    'legacySse',
    ...SLOTS.flatMap(({ options }) => options),
    'onError',
  ]),
];

/**
 * Reads a configuration, and builds nothing: it starts no timer, asks no store, and may be done any
 * number of times.
 *
 * @param of - The name of the function that takes the configuration, for error messages.
 * @throws {GatewayConfigError} with every mistake in it.
 */
export function readConfig(config: GatewayConfig, of: string = 'createMcpGateway'): Plan {
  const plan = checkConfig(of, (problems) => read(problems, config as NodeConfig));
  return { ...plan, config: configHash(config) };
}

function read(problems: ConfigProblems, config: NodeConfig): Omit<Plan, 'config'> | undefined {
  if (!problems.keys(config, OPTIONS, "{ target: 'https://mcp.example/mcp' }", HINTS))
    return undefined;
  const { legacySse: older = false, onError = false } = config;
  problems.at('onError').callback(onError);
  const basis = readBasis(problems, config);
  const { path, relay, publicUrl } = basis;
  const slots = readSlots(problems, config, basis);
  const places = { endpoint: path, targets: relay?.targets.map(({ url }) => url), publicUrl };
  const legacySse =
    older === false ? undefined : readLegacySse(problems.at('legacySse'), older, places);
  const metadata = readMetadata(problems.at('metadata'), config.metadata, basis);
  const names = relay === undefined ? [] : namesIn(relay.targets[0].url);
  if (basis.identity.relaysTokens && names.length > 0) {
    problems.at('auth').addSecret(config.auth, NO_NAMES, 'conflict');
  } else if (!basis.identity.isAsked && names.some(isClaim)) {
    problems.at('target').addSecret(config.target, NO_CALLER, 'conflict');
  }
  if (path === undefined || relay === undefined) return undefined;
  return {
    name: config.name ?? path,
    path,
    relay,
    slots,
    legacySse,
    metadata,
    denyAs: basis.denyAs,
    onError,
    goesByAddress: goesByAddress(slots, basis),
    countsWithoutUser: !basis.identity.isAsked && countsUsers(slots, config),
  };
}

function countsUsers({ userLimit }: SlotPlans, { streams }: GatewayConfig): boolean {
  const isByUser = userLimit?.limits.some(({ by }) => by.includes('user'));
  return (
    isByUser === true || (streams !== undefined && streams !== false && Boolean(streams.perUser))
  );
}

const NO_CALLER = 'an auth beside {claims…} in the target: without one, no caller has claims';

/** The document is at one place of the host, and the route there has no parameters. */
const NO_NAMES =
  'upstreamAuth() with a target without names: the metadata of the upstream is one document. Take a ' +
  'gateway for each upstream';

const NO_DOCUMENT =
  'false: there is no document without an authenticator that has an issuer, such as jwt()';
const NOT_OFF =
  'an object, or nothing: with upstreamAuth() clients find the metadata at the gateway';

function readMetadata(
  problems: ConfigProblems,
  value: GatewayMetadataOptions | false = {},
  basis: Basis,
): MetadataPlan | undefined {
  const { relaysTokens, issuers, scopes } = basis.identity;
  if (value === false && relaysTokens) problems.add(value, NOT_OFF, 'conflict');
  if (value === false || !problems.keys(value, ['root'], '{ root: true }')) return undefined;
  const { root = false } = value;
  problems.at('root').flag(root);
  if (root === true && issuers.length === 0 && !relaysTokens) {
    problems.at('root').add(root, NO_DOCUMENT, 'conflict');
  }
  const warning = readMetadataWarning(basis);
  if (warning === undefined) return undefined;
  const { publicUrl } = warning;
  if (relaysTokens) return { publicUrl, root, document: undefined, warning };
  const options = { publicUrl, authorizationServers: issuers, scopes };
  const document = readResourceDocument(problems, options);
  return document && { publicUrl, root, document: document.body, warning };
}
