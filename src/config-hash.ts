import { hash } from 'node:crypto';
import type { GatewayConfig } from './config.ts';

/** Some bits suffice to tell the configurations of one app apart. */
const LENGTH = 8;

/**
 * A name for a configuration: the same in each process where the options say the same. No secret is in it, so
 * that an attacker cannot try out secrets against a hash from a log. Functions count by their names, and
 * objects that are not plain, such as stores, by their classes: configurations that differ in nothing else
 * have one name.
 */
export function configHash(config: GatewayConfig): string {
  const told = Object.entries(config).map(([name, value]) => {
    const tell = Object.hasOwn(TOLD, name) ? TOLD[name] : undefined;
    return [name, (tell ?? tellAll)(value)];
  });
  return hash('sha256', JSON.stringify(Object.fromEntries(told.sort(byKey))), 'hex').slice(
    0,
    LENGTH,
  );
}

type Tell = (value: unknown) => unknown;

/** Which parts of an option go into the hash, where it may hold secrets, or objects of the app. */
const TOLD: Readonly<Partial<Record<string, Tell>>> = {
  target: tellUrls,
  proxy: tellUrls,
  legacySse: members({ path: tellAll, messagePath: tellAll, target: tellUrls }),
  health: members({ path: tellUrl, every: tellAll, timeout: tellAll }),
  tls: members({ servername: tellAll, unsafeAllowInvalidCertificates: tellAll }),
  headers: members({
    forward: tellAll,
    host: tellAll,
    remove: tellAll,
    secret: tellAll,
    set: tellKeys,
    response: members({ forward: tellAll, remove: tellAll, set: tellKeys }),
  }),
  auth: items(members({ kind: tellAll, header: tellAll, issuers: tellAll, scopes: tellAll })),
  observe: items(tellKeys),
  policies: items(
    members({ name: tellAll, mode: tellAll, message: tellAll, timeout: tellAll, on: tellAll }),
  ),
  rateLimit: items(
    members({
      name: tellAll,
      limit: tellAll,
      window: tellAll,
      burst: tellAll,
      refill: tellAll,
      by: tellAll,
      match: tellAll,
      weight: tellAll,
      store: tellKind,
      onStoreError: tellAll,
    }),
  ),
  sessions: members({ ttl: tellAll, max: tellAll, store: tellKind }),
};

/** Takes the values of these members alone, and the names of all members that are there. */
function members(told: Readonly<Record<string, Tell>>): Tell {
  return (value) => {
    if (!isObject(value)) return tellAll(value);
    const entries = Object.keys(value).map((key) => [key, told[key]?.(value[key]) ?? null]);
    return Object.fromEntries(entries.sort(byKey));
  };
}

function items(tell: Tell): Tell {
  return (value) => (Array.isArray(value) ? value : [value]).map((item) => tell(item));
}

function tellAll(value: unknown): unknown {
  if (value instanceof URL) return value.href;
  if (Array.isArray(value)) return value.map(tellAll);
  if (!isPlain(value)) return tellKind(value);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, tellAll(member)])
      .sort(byKey),
  );
}

/** The kind of a value, without what is in an object or a function. */
function tellKind(value: unknown): unknown {
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value === 'bigint' || typeof value === 'symbol') return typeof value;
  if (typeof value === 'number') return String(value);
  return isObject(value) ? `object ${value.constructor?.name}` : value;
}

/** The names of the members, without their values. */
function tellKeys(value: unknown): unknown {
  return isObject(value) ? Object.keys(value).toSorted(byText) : tellKind(value);
}

function tellUrls(value: unknown): unknown {
  return Array.isArray(value) ? value.map(tellUrl) : tellUrl(value);
}

/** A URL without credentials, and without the values of its query. */
function tellUrl(value: unknown): unknown {
  const isText = typeof value === 'string' || value instanceof URL;
  if (!isText) return tellKind(value);
  const base = 'relative://';
  if (!URL.canParse(String(value), base)) return 'text';
  const { protocol, host, pathname, searchParams } = new URL(String(value), base);
  return [protocol, host, pathname, ...searchParams.keys()];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function byText(some: string, others: string): number {
  return some < others ? -1 : 1;
}

function byKey([some = '']: unknown[], [others = '']: unknown[]): number {
  return byText(String(some), String(others));
}
