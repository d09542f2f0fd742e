import type { Network } from '../lib/networks.ts';
import { warnOfEmpty } from './document/empty-namespaces.ts';
import { withEnvironment } from './document/environment.ts';
import { parseDocument } from './document/parse-document.ts';
import { refuseUnrendered } from './document/unrendered.ts';
import { groupEndpoints } from './endpoints/group-endpoints.ts';
import { readEndpoint } from './endpoints/read-endpoint.ts';
import { type VirtualHosts, virtualHostsOf } from './endpoints/virtual-hosts.ts';
import { gatewayConfigOf, type KrakendGatewayConfig } from './gateway-config.ts';
import { KrakendConfigError } from './krakend-config-error.ts';
import { type KrakendListen, listenOf } from './listen.ts';
import { type KrakendNote, Notes } from './notes.ts';
import type { KrakendReadOptions } from './options.ts';
import { type AnswerHeaders, answerHeadersOf } from './parts/answer-headers.ts';
import type { Source } from './parts/config-parts.ts';
import { inCommon } from './parts/limit-amount.ts';
import { trustedProxiesOf } from './parts/trusted-proxies.ts';
import { refuseOtherWindows } from './store-windows.ts';
import { ROOT, type RootValues } from './table/root.ts';

/** The result of reading a document. */
export interface KrakendPlan {
  readonly gateways: readonly (KrakendGatewayConfig & {
    /** The notes at its first endpoint. */
    readonly notes: Notes;
    readonly answers: AnswerHeaders;
  })[];
  readonly listen: KrakendListen;
  /** The networks of the proxies that are trusted. */
  readonly trustedProxies: readonly Network[];
  /** The hosts that see only their own endpoints. */
  readonly virtualHosts: readonly string[];
  /** The notes at the document. */
  readonly notes: Notes;
  readonly problems: KrakendNote[];
  readonly warnings: readonly KrakendNote[];
}

/**
 * Reads a whole document.
 *
 * @throws {KrakendConfigError} with everything that is wrong with it.
 */
export function readDocument(document: unknown, options: KrakendReadOptions): KrakendPlan {
  const problems: KrakendNote[] = [];
  const warnings: KrakendNote[] = [];
  const notes = new Notes(problems, warnings);
  checkOptions(notes, options);
  throwIf(problems);
  const given = parseDocument(notes, document);
  const plan = given === undefined ? undefined : read(notes, given, options);
  throwIf(problems);
  return { ...(plan as NonNullable<typeof plan>), notes, problems, warnings };
}

const OPTIONS = [
  'env',
  'stores',
  'only',
  'allow',
  'isRevoked',
  'publicUrl',
  'observe',
  'onWarning',
];
const ALLOWANCES = ['any-issuer', 'any-audience'];

function checkOptions(notes: Notes, options: KrakendReadOptions): void {
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key)) {
      notes.refuse(`there is no option ${key}; write one of ${OPTIONS.join(', ')}`);
    }
  }
  const { only, allow = [] } = options;
  if (only !== undefined && !(Array.isArray(only) && only.length > 0)) {
    notes.refuse("the option only takes a list of paths: ['/mcp']");
  }
  if (!Array.isArray(allow) || allow.some((own) => !ALLOWANCES.includes(own))) {
    const given = [allow].flat().map(String).join(', ');
    notes.refuse(`the option allow takes a list of ${ALLOWANCES.join(' and ')}, not ${given}`);
  }
}

/** Throws where there are problems. */
export function throwIf(problems: readonly KrakendNote[]): void {
  if (problems.length > 0) throw new KrakendConfigError(problems);
}

type Read = Pick<KrakendPlan, 'gateways' | 'listen' | 'trustedProxies' | 'virtualHosts'>;

function read(notes: Notes, given: object, options: KrakendReadOptions): Read {
  const { env = {}, only } = options;
  const document = withEnvironment(notes, given, env);
  checkVersion(notes.at('version'), document as { readonly version?: unknown });
  const { endpoints, ...others } = document as { readonly endpoints?: unknown };
  refuseUnrendered(notes, others);
  warnOfEmpty(notes, document);
  const root = ROOT.read(notes, document) ?? {};
  const { 'server/virtualhost': virtual } = root.extra_config ?? {};
  const hosts = virtualHostsOf(notes.at('extra_config').at('server/virtualhost'), virtual);
  const groups = groupEndpoints(readEndpoints(notes.at('endpoints'), root, only, hosts));
  const counts = inCommon();
  const gateways = groups.map((group) => {
    const source: Source = {
      notes,
      root,
      service: root.extra_config ?? {},
      serviceNotes: notes.at('extra_config'),
      group,
      options,
      isAlone: groups.length === 1,
      inCommon: counts,
    };
    return {
      ...gatewayConfigOf(source),
      notes: group[0].notes,
      answers: answerHeadersOf(source),
    };
  });
  refuseOtherWindows(gateways);
  checkRevoker(notes.at('extra_config').at('auth/revoker'), root, options);
  const trustedProxies = trustedProxiesOf(notes.at('extra_config'), root.extra_config ?? {});
  const virtualHosts = [...(hosts?.values() ?? [])];
  return { gateways, listen: listenOf(notes, root), trustedProxies, virtualHosts };
}

/** Which tokens are revoked is in no document: a bloom filter of KrakenD is filled while it runs. */
function checkRevoker(notes: Notes, root: RootValues, { isRevoked }: KrakendReadOptions): void {
  if (root.extra_config?.['auth/revoker'] === undefined) return;
  if (typeof isRevoked === 'function') {
    notes.warn('the option isRevoked alone says which tokens are revoked; this is not read');
  } else {
    notes.refuse(
      'KrakenD keeps revoked tokens in a bloom filter; give fromKrakend the option isRevoked',
    );
  }
}

function checkVersion(notes: Notes, { version }: { readonly version?: unknown }): void {
  if (version === 3 || version === '3') return;
  notes.refuse(
    version === undefined
      ? 'KrakenD does not start without a version; write 3'
      : 'KrakenD takes version 3 alone; files of version 2 and older have other names and meanings',
  );
}

function readEndpoints(
  notes: Notes,
  root: RootValues,
  only: readonly string[] | undefined,
  hosts: VirtualHosts | undefined,
) {
  const { endpoints } = root;
  if (endpoints === undefined || endpoints.length === 0) {
    notes.refuse('there is no endpoint; write one');
    return [];
  }
  const places = endpoints.map((given, i) => ({ given, notes: notes.at(i) }));
  const picked = places.filter(({ given }) => {
    const { endpoint } = Object(given) as { readonly endpoint?: unknown };
    return only === undefined || only.includes(String(endpoint));
  });
  for (const path of only ?? []) {
    const isThere = endpoints.some((given) => Object(given).endpoint === path);
    if (!isThere) notes.refuse(`the option only names ${path}, and there is no such endpoint`);
  }
  return picked.flatMap(({ given, notes }) => {
    refuseUnrendered(notes, given);
    warnOfEmpty(notes, given);
    const { backend: backends } = Object(given) as { readonly backend?: unknown };
    for (const [i, backend] of (Array.isArray(backends) ? backends : []).entries()) {
      warnOfEmpty(notes.at('backend').at(i), backend);
    }
    return readEndpoint(notes, given, root, hosts) ?? [];
  });
}
