import type { HeaderEdits, SetField } from '../../header-edits.ts';
import { isBelieved } from '../../http/believed-fields.ts';
import { badCharacter, foldFieldName, isFieldName, isFieldValue } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import { isHostValue } from '../../http/host-value.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { ComputedHeader, HeaderRules } from './header-rules.ts';
import { isSecretName } from './secret-name.ts';
import { secretsOf } from './secrets.ts';

const OPTIONS = ['forward', 'host', 'set', 'remove', 'secret', 'response'] as const;
const RESPONSE_OPTIONS = ['forward', 'set', 'remove'] as const;

type Field = HeaderEdits['response']['set'][number];

export type ComputedField = readonly [name: string, compute: ComputedHeader, folded: string];

/** Header rules, as far as they can be worked out without a request. */
export interface HeaderSettings {
  readonly fixed: HeaderEdits;
  /** The same for a request from a trusted proxy, whose `Forwarded` and `X-Forwarded-*` may go upstream. */
  readonly fromProxy: HeaderEdits;
  /** Whether `X-Forwarded-For` goes upstream. */
  readonly addsHops: boolean;
  readonly computed: readonly ComputedField[];
  /** The folded names in `set` whose values are secret. */
  readonly secretNames: ReadonlySet<string>;
  /** The names that are forwarded without a wildcard, as they were written. */
  readonly forwardNames: readonly string[];
}

/** Hints for names of headers in place of options: most often such a header is meant to be sent. */
function hintsFor(rules: object): Readonly<Record<string, string>> {
  const fields = Object.keys(Object(rules)).filter((key) => /^[A-Z]|-/.test(key));
  return Object.fromEntries(fields.map((key) => [key, `to send it, write set: { '${key}': … }`]));
}

/** Reads the rules. */
export function readHeaderRules(
  problems: ConfigProblems,
  rules: HeaderRules,
): HeaderSettings | undefined {
  if (!problems.keys(rules, OPTIONS, "{ set: { 'X-Tenant': 'acme' } }", hintsFor(rules))) {
    return undefined;
  }
  const { forward = [], host = false, set = {}, remove = [], secret = [], response = {} } = rules;
  const ofAnswer = problems.at('response');
  const answer = ofAnswer.keys(response, RESPONSE_OPTIONS, "{ remove: ['Server'] }")
    ? response
    : {};

  if (host !== false && !isHostValue(host)) {
    problems.at('host').add(host, "a host, like 'mcp.internal' or 'localhost:8000'");
  }

  const constants: SetField[] = [];
  const computed: ComputedField[] = [];
  const given = new Set<string>();
  const secretNames = new Set<string>();
  const withheld = new Set(readNames(problems.at('remove'), remove).map(foldFieldName));
  for (const [name, value] of problems.at('set').entries(set)) {
    const place = problems.at('set').at(name);
    const folded = foldFieldName(name);
    if (given.has(folded)) place.add(name, 'a name that is not in the list already');
    given.add(folded);
    withheld.add(folded);
    if (folded === 'host') {
      place.add(name, 'the option headers.host');
      continue;
    }
    if (place.notCalled(value)) continue;
    if (isSecretName(name) || isCredential(value)) secretNames.add(folded);
    if (isComputed(value)) {
      checkName(place, name);
      const { onUpstreamUnauthorized = false } = value;
      place.at('onUpstreamUnauthorized').callback(onUpstreamUnauthorized);
      computed.push([name, value, folded]);
    } else constants.push([...readField(place, name, value), folded]);
  }
  const isSet = (name: unknown): name is string =>
    isFieldName(name) && given.has(foldFieldName(name));
  for (const name of problems
    .at('secret')
    .list(secret, isSet, 'the name of a header in set', { mayBeSecret: true })) {
    secretNames.add(foldFieldName(name));
  }
  const forwarded = readForward(problems.at('forward'), forward);
  const addsHops = forwarded.names.has(HOPS) && !withheld.has(HOPS);
  if (addsHops) withheld.add(HOPS);

  // If the client's own token goes upstream, a 401 may be about that token, which only the client can renew.
  const relaysTokens = forwarded.names.has('authorization') && !withheld.has('authorization');
  const fixed: HeaderEdits = {
    forwards: (name) => !tellsOfHops(name) && isForwarded(name, forwarded),
    withheld,
    host: host === false ? undefined : host,
    set: constants,
    secrets: secretsOf(constants, secretNames),
    credentials: secretNames.size > 0 && !relaysTokens ? 'own' : undefined,
    response: {
      set: ofAnswer
        .at('set')
        .entries(answer.set ?? {})
        .map(([name, value]) => readField(ofAnswer.at('set').at(name), name, value)),
      remove: new Set(readNames(ofAnswer.at('remove'), answer.remove ?? []).map(foldFieldName)),
      forward: new Set(
        readReturning(ofAnswer.at('forward'), answer.forward ?? []).map(foldFieldName),
      ),
    },
  };
  const fromProxy = { ...fixed, forwards: (name: string) => isForwarded(name, forwarded) };
  const asksForHops = [...forwarded.names].some(tellsOfHops);
  return {
    fixed,
    fromProxy: asksForHops ? fromProxy : fixed,
    addsHops,
    computed,
    secretNames,
    forwardNames: forwarded.written,
  };
}

function isComputed(value: unknown): value is ComputedHeader {
  return typeof value === 'function';
}

/**
 * Whether a value is a function that is told when the upstream refuses its credentials: `clientCredentials`,
 * `tokenExchange`, or one of the app.
 */
function isCredential(value: unknown): boolean {
  return isComputed(value) && value.onUpstreamUnauthorized !== undefined;
}

const HOPS = 'x-forwarded-for';

/** Fields in which a proxy says where a request came from; a client can write them as well. */
function tellsOfHops(name: string): boolean {
  const folded = foldFieldName(name);
  return folded === 'forwarded' || folded.startsWith('x-forwarded-');
}

/** Fields that a wildcard does not cover: only a name in full lets them in. */
function isSensitive(name: string): boolean {
  const isCredential = name === 'authorization' || name === 'cookie';
  return isCredential || name.includes('_') || tellsOfHops(name) || isBelieved(name);
}

interface Forwarded {
  /** Exact names. */
  readonly written: readonly string[];
  /** The same in lower case. */
  readonly names: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}

function isForwarded(name: string, { names, prefixes }: Omit<Forwarded, 'written'>): boolean {
  return (
    names.has(name) ||
    (prefixes.some((prefix) => name.startsWith(prefix)) && !isSensitive(name) && !decides(name))
  );
}

function readForward(problems: ConfigProblems, forward: readonly string[]): Forwarded {
  const written: string[] = [];
  const names = new Set<string>();
  const prefixes: string[] = [];
  const rules: unknown[] = Array.isArray(forward) ? [...forward] : readNames(problems, forward);
  for (const [i, rule] of rules.entries()) {
    const place = problems.at(i);
    if (!isFieldName(rule)) {
      place.add(rule, EDITABLE);
      continue;
    }
    const name = rule.toLowerCase();
    const prefix = name.endsWith('*') ? name.slice(0, -1) : undefined;
    if ((prefix ?? name).includes('*')) place.add(rule, "a '*' at the end only");
    else if (prefix === undefined) {
      checkName(place, rule);
      written.push(rule);
      names.add(name);
    } else if (isSensitive(prefix) || decides(prefix)) {
      place.add(rule, 'each of these headers by its full name');
    } else prefixes.push(prefix);
  }
  return { written, names, prefixes };
}

function readNames(problems: ConfigProblems, value: unknown): string[] {
  const isEditable = (name: unknown): name is string => isFieldName(name) && !decides(name);
  return problems.list(value, isEditable, EDITABLE);
}

/** Takes exact names only: a pattern would let in fields that the app's developer has not thought of. */
function readReturning(problems: ConfigProblems, value: unknown): string[] {
  const isExact = (name: unknown): name is string =>
    isFieldName(name) && !decides(name) && !name.includes('*');
  return problems.list(value, isExact, `${EDITABLE}, in full`);
}

const EDITABLE = 'a header name, of none that frames or routes the message';

/** Fields that frame or route the message, which the relay alone writes. */
function decides(name: string): boolean {
  const folded = foldFieldName(name);
  return (
    isHopByHop(folded) || folded === 'content-length' || folded === 'expect' || folded === 'host'
  );
}

function checkName(problems: ConfigProblems, name: string): void {
  if (!isFieldName(name) || decides(name)) problems.add(name, EDITABLE);
}

function readField(problems: ConfigProblems, name: string, value: unknown): Field {
  checkName(problems, name);
  if (problems.notCalled(value)) return [name, ''];
  if (!isFieldValue(value)) {
    const why = typeof value === 'string' ? `: this one has ${badCharacter(value)} in it` : '';
    problems.addSecret(value, `a header value, or for a request a function that gives one${why}`);
  }
  return [name, isFieldValue(value) ? value : ''];
}
