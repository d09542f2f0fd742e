import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer.ts';
import { contextOf, type GatewayContext, type HeaderEdits } from '../context.ts';
import { UpstreamUnavailableError } from '../errors.ts';
import { foldFieldName, isFieldName, isFieldValue } from '../http/field.ts';
import { isHopByHop } from '../http/hop-by-hop.ts';
import type { Middleware } from '../http/middleware.ts';
import { FORWARDED_HEADERS, MCP_PREFIX } from '../mcp/header-names.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';

/**
 * A constant, or a function of the request; `undefined` from the function leaves the field out.
 * `undefined` as a constant is a config error: it is what a missing environment variable gives.
 */
export type HeaderValue =
  | string
  | undefined
  | ((ctx: GatewayContext) => string | undefined | Promise<string | undefined>);

/** Which headers go upstream and come back, beyond the standard ones. */
export interface HeaderRules {
  /**
   * Client headers to forward besides the standard ones: exact names, `Prefix-*`, or `*`. A wildcard
   * never covers `Authorization`, `Cookie`, `Proxy-*`, `Forwarded`, `X-Forwarded-*` or a name with
   * `_`. Default: none.
   */
  readonly forward?: readonly string[];
  /** Headers for the upstream, in place of any the client sent under that name. Default: none. */
  readonly set?: Readonly<Record<string, HeaderValue>>;
  /** Headers that do not go upstream although they are standard. Default: none. */
  readonly remove?: readonly string[];
  /** The same for the answer. Default: none. */
  readonly response?: {
    readonly set?: Readonly<Record<string, string>>;
    readonly remove?: readonly string[];
  };
}

/**
 * Decides which headers the relay behind it sends upstream and back. A field of the answer that
 * contains a value of `set` of 8 characters or more is dropped, unless that value was set under a
 * standard name or one of MCP's, which hold no secrets.
 *
 * @param rules - See {@link HeaderRules}.
 * @throws {GatewayConfigError} for a name or value that cannot be a header, and for one that frames
 * or routes the message (`Host`, `Content-Length`, `Connection`, ...).
 * @see RFC 9110 section 7.6
 */
export function injectHeaders(rules: HeaderRules): Middleware {
  const { fixed, computed } = checkConfig((problems) => compile(problems, rules));

  return function injectHeadersMiddleware(req, res, next) {
    const context = contextOf(req);
    const add = (edits: HeaderEdits) => {
      context.headerEdits = [...context.headerEdits, edits];
      next();
    };
    if (computed.length === 0) return add(fixed);
    resolve(computed, context)
      .then((values) => add(withComputed(fixed, values)))
      .catch((cause: unknown) => answerFailure(req, res, cause));
  };
}

function answerFailure(req: IncomingMessage, res: ServerResponse, cause: unknown): void {
  if (!(cause instanceof UpstreamUnavailableError)) {
    answerError(req, res, 'internal_error', { cause });
    return;
  }
  const seconds = Math.max(1, Math.ceil(cause.retryAfterMs / 1000));
  const headers = { 'Retry-After': String(seconds) };
  answerError(req, res, 'upstream_unavailable', { cause, headers });
}

type Field = readonly [name: string, value: string];
type ComputedField = readonly [name: string, compute: Exclude<HeaderValue, string | undefined>];

async function resolve(fields: readonly ComputedField[], ctx: GatewayContext): Promise<Field[]> {
  const values = await Promise.all(fields.map(([, compute]) => compute(ctx)));
  return fields.flatMap(([name], i): Field[] => {
    const value = values[i];
    if (value === undefined) return [];
    if (!isFieldValue(value)) throw new TypeError(`headers.set.${name} gave no header value`);
    return [[name, value]];
  });
}

function withComputed(fixed: HeaderEdits, values: readonly Field[]): HeaderEdits {
  return {
    ...fixed,
    set: [...fixed.set, ...values],
    secrets: [...fixed.secrets, ...secretsOf(values)],
  };
}

function compile(
  problems: ConfigProblems,
  rules: HeaderRules,
): { fixed: HeaderEdits; computed: ComputedField[] } {
  problems.root(rules, ['forward', 'set', 'remove', 'response']);
  const { forward = [], set = {}, remove = [], response = {} } = rules;
  const answer = problems.keys('response', response, ['set', 'remove']) ? response : {};

  const constants: Field[] = [];
  const computed: ComputedField[] = [];
  const names: string[] = readNames(problems, 'remove', remove);
  for (const [name, value] of problems.entries('set', set)) {
    names.push(name);
    if (isComputed(value)) {
      checkName(problems, `set.${name}`, name);
      computed.push([name, value]);
    } else constants.push(readField(problems, `set.${name}`, name, value));
  }
  const fixed: HeaderEdits = {
    forwards: compileForward(problems, forward),
    withheld: new Set(names.map(foldFieldName)),
    set: constants,
    secrets: secretsOf(constants),
    response: {
      set: problems
        .entries('response.set', answer.set ?? {})
        .map(([name, value]) => readField(problems, `response.set.${name}`, name, value)),
      remove: new Set(
        readNames(problems, 'response.remove', answer.remove ?? []).map((name) =>
          name.toLowerCase(),
        ),
      ),
    },
  };
  return { fixed, computed };
}

function isComputed(value: unknown): value is ComputedField[1] {
  return typeof value === 'function';
}

/** Fields that a wildcard does not cover: they carry identity, and only a name in full lets them in. */
function isSensitive(name: string): boolean {
  return (
    name === 'authorization' ||
    name === 'cookie' ||
    name === 'forwarded' ||
    name.startsWith('x-forwarded-') ||
    name.includes('_')
  );
}

function compileForward(
  problems: ConfigProblems,
  forward: readonly string[],
): HeaderEdits['forwards'] {
  const names = new Set<string>();
  const prefixes: string[] = [];
  const rules: unknown[] = Array.isArray(forward)
    ? [...forward]
    : readNames(problems, 'forward', forward);
  for (const [i, rule] of rules.entries()) {
    const path = `forward[${i}]`;
    if (!isFieldName(rule)) {
      problems.add(path, rule, 'a header name');
      continue;
    }
    const name = rule.toLowerCase();
    const prefix = name.endsWith('*') ? name.slice(0, -1) : undefined;
    if ((prefix ?? name).includes('*')) problems.add(path, rule, "a '*' at the end only");
    else if (prefix === undefined) {
      checkName(problems, path, rule);
      names.add(name);
    } else if (isSensitive(prefix) || decides(prefix)) {
      problems.add(path, rule, 'each of these headers by its full name');
    } else prefixes.push(prefix);
  }
  return (name) =>
    names.has(name) ||
    (prefixes.some((prefix) => name.startsWith(prefix)) && !isSensitive(name) && !decides(name));
}

function readNames(problems: ConfigProblems, path: string, value: unknown): string[] {
  return problems.list(path, value, isFieldName, 'a header name');
}

/** Fields that frame or route the message, which the relay alone writes. Takes a lower-case name. */
function decides(name: string): boolean {
  return isHopByHop(name) || name === 'content-length' || name === 'expect' || name === 'host';
}

function checkName(problems: ConfigProblems, path: string, name: string): void {
  if (!isFieldName(name)) problems.add(path, name, 'a header name');
  else if (decides(foldFieldName(name))) {
    problems.add(path, name, 'a header that does not frame or route the message');
  }
}

function readField(problems: ConfigProblems, path: string, name: string, value: unknown): Field {
  checkName(problems, path, name);
  if (!isFieldValue(value)) {
    problems.addSecret(path, value, 'a header value, or for a request a function that gives one');
  }
  return [name, isFieldValue(value) ? value : ''];
}

/** Shorter values ("1", "prod") occur in harmless fields and are no secrets. */
const SHORTEST_SECRET = 8;

function secretsOf(fields: readonly Field[]): string[] {
  return fields
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return !FORWARDED_HEADERS.has(lower) && !lower.startsWith(MCP_PREFIX);
    })
    .map(([, value]) => value.trim().replace(/^(basic|bearer|token) +/i, ''))
    .filter((secret) => secret.length >= SHORTEST_SECRET);
}
