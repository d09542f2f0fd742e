import { secureUrl } from '../../../http/secure-url.ts';
import { notAwaited } from '../../../lib/not-awaited.ts';
import { plain } from '../../../lib/plain-error.ts';
import { isText } from '../../../lib/text.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import { SECURE_URL } from './keys-options.ts';
import type { TenantRule } from './tenant-issuers.ts';
import { isTenant, TenantUrl } from './tenant-url.ts';

/** One issuer for each tenant of a server. */
export interface TenantIssuerOptions {
  /**
   * The `iss` of their tokens, with `{tenant}` once in its path, such as
   * `'https://login.microsoftonline.com/{tenant}/v2.0'`. `{tenant}` stands for one segment, or a part of it,
   * of letters, digits and `-._~`; everything else is compared character for character.
   */
  readonly pattern: string;
  /**
   * The tenants that are taken, or a function that says so, at once and with `true` or `false`. The function
   * is asked at every request, before the signature is verified, so any client can make the gateway ask about
   * any name. For a tenant that is not taken nothing is fetched. If the function throws, or gives anything
   * else, the answer is a 500.
   */
  readonly tenants: readonly string[] | ((tenant: string) => boolean);
  /**
   * The authorization servers that clients are told of in the metadata of the endpoint. Default: the issuer of each
   * tenant of a list; none where `tenants` is a function, because the list of them is not known. Each is a URL without
   * credentials, query and fragment, as its own metadata names it in `issuer` (RFC 8414 section 3.3).
   */
  readonly authorizationServers?: readonly string[];
}

/** The issuers whose tokens are taken. */
export type IssuerSettings =
  | { readonly name: string }
  | { readonly isAny: true }
  | {
      readonly pattern: TenantUrl;
      readonly isKnown: TenantRule;
      /** How many tenants the configuration names. */
      readonly tenants: number;
    };

/** The option, read. */
export interface ReadIssuer {
  readonly issuer: IssuerSettings;
  /** Where clients are told to get tokens. */
  readonly announced: readonly string[];
}

/** Where the keys of the issuer come from, as far as that limits its name. */
interface KeysKnown {
  /** Whether the keys are found without the metadata of the issuer. */
  readonly areGiven: boolean;
  readonly allowsHttp: boolean;
}

const EXPECTED = "the issuer's URL as `iss` has it, like 'https://idp.example'";
const PATTERN = "a URL with {tenant} once in its path, like 'https://idp.example/{tenant}/v2.0'";
const TENANTS = 'a list of tenants, or a function that gives true or false for one';
const TENANT = "a tenant as `iss` has it: letters, digits and '-._~', and not dots alone";

const SERVER = 'the URL of one, without credentials and query';

const MEMBERS = ['pattern', 'tenants', 'authorizationServers'] as const;
const EXAMPLE = '{ pattern, tenants }';
const HINTS = {
  template: 'pattern',
  url: 'pattern',
  tenant: 'use tenants, a list',
  tid: 'use tenants, a list; the name in the pattern is {tenant}',
  tids: 'tenants',
  allow: 'tenants',
  jwksUri: 'use jwksUri beside issuer, not in it',
};

/** Reads the issuers whose tokens are taken; undefined where the option cannot be read. */
export function readIssuer(
  problems: ConfigProblems,
  value: unknown,
  keys: KeysKnown,
): ReadIssuer | undefined {
  if (typeof value === 'string') return readName(problems, value, keys);
  if (typeof value !== 'object' || value === null || value instanceof URL || Array.isArray(value)) {
    const several = Array.isArray(value) ? '; for several issuers, one jwt() for each' : '';
    problems.add(value, EXPECTED + several);
    return undefined;
  }
  if (!problems.keys(value, MEMBERS, EXAMPLE, HINTS)) return undefined;
  return readTenants(problems, value as Partial<TenantIssuerOptions>, keys);
}

function readName(
  problems: ConfigProblems,
  name: string,
  { areGiven, allowsHttp }: KeysKnown,
): ReadIssuer | undefined {
  const url = URL.canParse(name) ? new URL(name) : undefined;
  if (/[{}]/.test(name)) {
    problems.add(
      name,
      "a URL without braces; for tenants { pattern: '…/{tenant}', tenants: [...] }",
    );
    return undefined;
  }
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // RFC 7519 section 4.1.1 allows any text, or a URI. But a text that is no URL leads neither to keys nor
    // to a login.
    if (isText(name) && areGiven) return { issuer: { name }, announced: [] };
    problems.add(name, `${EXPECTED}; another text only together with jwksUri or keys`);
    return undefined;
  }
  if (!isPlace(url)) {
    problems.addSecret(name, EXPECTED);
    return undefined;
  }
  if (!areGiven && secureUrl(url, allowsHttp) === undefined) {
    problems.add(name, `${SECURE_URL}, or jwksUri or keys besides`);
  }
  return { issuer: { name }, announced: [name] };
}

function readTenants(
  problems: ConfigProblems,
  { pattern: given, tenants, authorizationServers }: Partial<TenantIssuerOptions>,
  { areGiven, allowsHttp }: KeysKnown,
): ReadIssuer | undefined {
  const pattern = TenantUrl.read(given);
  const place = problems.at('pattern');
  if (pattern === undefined) {
    if (isText(given) && /[@?#]/.test(given)) place.addSecret(given, PATTERN);
    else place.add(given, PATTERN);
  }
  if (pattern && !areGiven && secureUrl(pattern.of('a'), allowsHttp) === undefined) {
    place.add(given, `${SECURE_URL}, or jwksUri or keys besides`);
  }
  const servers =
    authorizationServers === undefined
      ? undefined
      : problems
          .at('authorizationServers')
          .list(authorizationServers, isServer, SERVER, { mayBeSecret: true });
  const named = readTenantList(problems.at('tenants'), tenants);
  if (pattern === undefined || named === undefined) return undefined;
  const isList = typeof named !== 'function';
  return {
    issuer: {
      pattern,
      isKnown: isList ? (tenant) => named.has(tenant) : (tenant) => asked(named, tenant),
      tenants: isList ? named.size : 0,
    },
    announced: servers ?? (isList ? [...named].map((tenant) => pattern.of(tenant)) : []),
  };
}

function readTenantList(
  problems: ConfigProblems,
  value: unknown,
): ReadonlySet<string> | ((tenant: string) => unknown) | undefined {
  if (Array.isArray(value) && value.length > 0) {
    return new Set(problems.list(value, isTenant, TENANT));
  }
  if (typeof value === 'function') return value as (tenant: string) => unknown;
  problems.add(value, TENANTS);
  return undefined;
}

/** Throws for anything but a boolean: any promise would count as a yes. */
function asked(ask: (tenant: string) => unknown, tenant: string): boolean {
  const answer = ask(tenant);
  if (typeof answer === 'boolean') return answer;
  notAwaited(answer);
  throw plain(new TypeError('The function `issuer.tenants` of jwt() has to give true or false'));
}

/**
 * RFC 8414 section 2: an issuer has no query and no fragment. Every client may read it, so it must not hold a
 * password either.
 */
function isPlace({ search, hash, username, password }: URL): boolean {
  return [search, hash, username, password].join('') === '';
}

function isServer(value: unknown): value is string {
  return (
    isText(value) && /^https?:\/\//.test(value) && URL.canParse(value) && isPlace(new URL(value))
  );
}
