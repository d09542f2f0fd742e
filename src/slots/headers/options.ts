import type { HeaderEdits, SetField } from '../../header-edits.ts';
import { foldFieldName, isFieldName, isFieldValue } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { isBelieved } from './believed-fields.ts';
import type { ComputedHeader, HeaderRules } from './header-rules.ts';
import { isSecretName } from './secret-name.ts';
import { secretWarning } from './secret-warning.ts';
import { secretsOf } from './secrets.ts';

type Field = HeaderEdits['response']['set'][number];

export type ComputedField = readonly [name: string, compute: ComputedHeader, folded: string];

/** Header rules, as far as they can be worked out without a request. */
export interface ReadHeaderRules {
  readonly fixed: HeaderEdits;
  /** The same for a request from a trusted proxy, which may say through where it came. */
  readonly fromProxy: HeaderEdits;
  /** Whether `X-Forwarded-For` goes upstream. */
  readonly addsHops: boolean;
  readonly computed: readonly ComputedField[];
  /** The folded names in `set` whose values are secret. */
  readonly secretNames: ReadonlySet<string>;
}

export function readHeaderRules(problems: ConfigProblems, rules: HeaderRules): ReadHeaderRules {
  problems.root(rules, ['forward', 'set', 'remove', 'secret', 'response']);
  const { forward = [], set = {}, remove = [], secret = [], response = {} } = rules;
  const answer = problems.keys('response', response, ['forward', 'set', 'remove']) ? response : {};

  const constants: SetField[] = [];
  const computed: ComputedField[] = [];
  const given = new Set<string>();
  const secretNames = new Set<string>();
  const withheld = new Set(readNames(problems, 'remove', remove).map(foldFieldName));
  for (const [name, value] of problems.entries('set', set)) {
    const folded = foldFieldName(name);
    if (given.has(folded))
      problems.add(`set.${name}`, name, 'a name that is not in the list already');
    given.add(folded);
    withheld.add(folded);
    if (isSecretName(name) || isCredential(value)) secretNames.add(folded);
    if (isComputed(value)) {
      checkName(problems, `set.${name}`, name);
      const { onUpstreamUnauthorized = false } = value;
      problems.callback(`set.${name}.onUpstreamUnauthorized`, onUpstreamUnauthorized);
      computed.push([name, value, folded]);
    } else constants.push([...readField(problems, `set.${name}`, name, value), folded]);
  }
  const isSet = (name: unknown): name is string =>
    isFieldName(name) && given.has(foldFieldName(name));
  for (const name of problems.list('secret', secret, isSet, 'the name of a header in set')) {
    secretNames.add(foldFieldName(name));
  }
  const forwarded = readForward(problems, forward);
  const addsHops = forwarded.names.has(HOPS) && !withheld.has(HOPS);
  if (addsHops) withheld.add(HOPS);

  const fixed: HeaderEdits = {
    forwards: (name) => !tellsOfHops(name) && isForwarded(name, forwarded),
    withheld,
    set: constants,
    secrets: secretsOf(constants, secretNames),
    onSecret: secretWarning(),
    credentials: secretNames.size > 0 ? 'own' : undefined,
    response: {
      set: problems
        .entries('response.set', answer.set ?? {})
        .map(([name, value]) => readField(problems, `response.set.${name}`, name, value)),
      remove: new Set(
        readNames(problems, 'response.remove', answer.remove ?? []).map(foldFieldName),
      ),
      forward: new Set(readReturning(problems, answer.forward ?? []).map(foldFieldName)),
    },
  };
  const fromProxy = { ...fixed, forwards: (name: string) => isForwarded(name, forwarded) };
  const asksForHops = [...forwarded.names].some(tellsOfHops);
  return { fixed, fromProxy: asksForHops ? fromProxy : fixed, addsHops, computed, secretNames };
}

function isComputed(value: unknown): value is ComputedHeader {
  return typeof value === 'function';
}

/** What has to know that the upstream refused it: `clientCredentials`, `tokenExchange`, one's own. */
function isCredential(value: unknown): boolean {
  return isComputed(value) && value.onUpstreamUnauthorized !== undefined;
}

const HOPS = 'x-forwarded-for';

/** Fields in which a proxy says where a request came from; anybody else can write them as well. */
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
  /** Lower-case. */
  readonly names: ReadonlySet<string>;
  readonly prefixes: readonly string[];
}

function isForwarded(name: string, { names, prefixes }: Forwarded): boolean {
  return (
    names.has(name) ||
    (prefixes.some((prefix) => name.startsWith(prefix)) && !isSensitive(name) && !decides(name))
  );
}

function readForward(problems: ConfigProblems, forward: readonly string[]): Forwarded {
  const names = new Set<string>();
  const prefixes: string[] = [];
  const rules: unknown[] = Array.isArray(forward)
    ? [...forward]
    : readNames(problems, 'forward', forward);
  for (const [i, rule] of rules.entries()) {
    const path = `forward[${i}]`;
    if (!isFieldName(rule)) {
      problems.add(path, rule, EDITABLE);
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
  return { names, prefixes };
}

function readNames(problems: ConfigProblems, path: string, value: unknown): string[] {
  const isEditable = (name: unknown): name is string => isFieldName(name) && !decides(name);
  return problems.list(path, value, isEditable, EDITABLE);
}

/** A pattern would let in what nobody has thought of. */
function readReturning(problems: ConfigProblems, value: unknown): string[] {
  const isExact = (name: unknown): name is string =>
    isFieldName(name) && !decides(name) && !name.includes('*');
  return problems.list('response.forward', value, isExact, `${EDITABLE}, in full`);
}

const EDITABLE = 'a header name, of none that frames or routes the message';

/** Fields that frame or route the message, which the relay alone writes. */
function decides(name: string): boolean {
  const folded = foldFieldName(name);
  return (
    isHopByHop(folded) || folded === 'content-length' || folded === 'expect' || folded === 'host'
  );
}

function checkName(problems: ConfigProblems, path: string, name: string): void {
  if (!isFieldName(name) || decides(name)) problems.add(path, name, EDITABLE);
}

function readField(problems: ConfigProblems, path: string, name: string, value: unknown): Field {
  checkName(problems, path, name);
  if (!isFieldValue(value)) {
    problems.addSecret(path, value, 'a header value, or for a request a function that gives one');
  }
  return [name, isFieldValue(value) ? value : ''];
}
