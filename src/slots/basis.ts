import type { McpMethod } from '../mcp/http-methods.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { DEFAULT_PATH, readPath } from '../options/path.ts';
import { readPublicUrl } from '../options/public-url.ts';
import { isForwarded } from '../relay/network/options.ts';
import { type RelayOptions, type RelayPlan, readRelayOptions } from '../relay/options.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { checkPublicUrl, type Identity, readIdentity } from './auth/identity.ts';
import type { HeaderRules } from './headers/header-rules.ts';
import { type HeaderSettings, readHeaderRules } from './headers/options.ts';
import { readMethods } from './methods/options.ts';
import { type DenyAs, readDenyAs } from './policies/deny-as.ts';
import { checkScopes, type EnforcedPolicy, type Policy, readPolicies } from './policies/policy.ts';
import type { Limit } from './rate-limit/limit.ts';
import { type Limits, readLimits } from './rate-limit/options.ts';

/** The options that more than one slot uses. */
export interface BasisConfig extends RelayOptions {
  readonly path?: string;
  readonly publicUrl?: string | URL | false;
  readonly auth?: Authenticator | readonly Authenticator[] | false;
  readonly methods?: readonly McpMethod[];
  readonly headers?: HeaderRules | false;
  readonly rateLimit?: Limit | readonly Limit[] | false;
  readonly policies?: Policy | readonly Policy[] | false;
  readonly denyAs?: DenyAs;
}

/**
 * The settings that more than one slot needs, read once and before the slots. A member that is undefined is
 * off, or was invalid.
 */
export interface Basis {
  /** The route of the endpoint. */
  readonly path: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly relay: RelayPlan | undefined;
  readonly identity: Identity;
  readonly methods: readonly McpMethod[] | undefined;
  readonly headers: HeaderSettings | undefined;
  readonly limits: Limits | undefined;
  readonly policies: readonly EnforcedPolicy[] | undefined;
  readonly denyAs: DenyAs;
}

/** Reads the settings. */
export function readBasis(problems: ConfigProblems, config: BasisConfig): Basis {
  const { path: route = DEFAULT_PATH, auth = false } = config;
  const { headers = false, rateLimit = false, policies = false } = config;
  const path = readPath(problems.at('path'), route);
  const publicUrl = readPublicUrl(problems.at('publicUrl'), config.publicUrl);
  const identity = readIdentity(problems.at('auth'), auth, publicUrl);
  checkPublicUrl(problems.at('publicUrl'), publicUrl, identity);
  const relay = readRelayOptions(problems, config, path);
  const rules = headers === false ? undefined : readHeaderRules(problems.at('headers'), headers);
  const rulesOfMessages =
    policies === false
      ? undefined
      : readPolicies(problems.at('policies'), policies, upstreamOf(relay, publicUrl));
  checkScopes(problems, rulesOfMessages ?? [], identity.isAsked);
  checkHost(problems.at('headers'), rules?.fixed.host, relay);
  return {
    path,
    publicUrl,
    identity,
    relay: relay && { ...relay, host: rules?.fixed.host },
    methods: readMethods(problems.at('methods'), config.methods),
    headers: rules,
    limits: rateLimit === false ? undefined : readLimits(problems.at('rateLimit'), rateLimit),
    policies: rulesOfMessages,
    denyAs: readDenyAs(problems.at('denyAs'), config.denyAs),
  };
}

/** A handler in this process has no address of its own. */
function upstreamOf(relay: RelayPlan | undefined, publicUrl: URL | undefined): string {
  const urls = relay?.targets.map(({ url }) => url.href) ?? [];
  return (relay?.handler === undefined ? urls : [...urls, publicUrl?.href ?? '']).join(' ');
}

function checkHost(
  problems: ConfigProblems,
  host: string | undefined,
  relay: RelayPlan | undefined,
): void {
  if (host === undefined || relay === undefined || !isForwarded(relay, relay.network)) return;
  problems
    .at('host')
    .add(host, 'a target at https:, or proxy: false: a proxy replaces Host otherwise');
}
