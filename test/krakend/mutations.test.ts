import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toGatewayConfigs } from '../../src/exports/krakend.ts';
import type { Field } from '../../src/krakend/fields/field.ts';
import { ROOT } from '../../src/krakend/table/root.ts';
import { type Step, VALIDATOR, withValue } from './support/base.ts';
import { type Outcome, outcomeOf } from './support/outcome.ts';

const HEADERS = {
  'fifo.Group': {
    scope: ['request'],
    modifiers: [
      { 'header.Modifier': { name: 'X-Api-Key', value: 'secret' } },
      { 'header.Blacklist': { names: ['X-Internal'] } },
      {
        'header.Filter': {
          name: 'X-Client',
          value: 'a',
          modifier: { 'header.Modifier': { name: 'X-Plan', value: 'gold' } },
          else: { 'header.Modifier': { name: 'X-Plan', value: 'none' } },
        },
      },
      { 'cookie.Modifier': { name: 'session', value: 'secret' } },
    ],
  },
};

const backend = (url_pattern: string) => ({
  url_pattern,
  host: ['http://127.0.0.1:9999'],
  input_headers: ['X-Client', 'X-User'],
  input_query_strings: ['q'],
  extra_config: {
    'modifier/martian': HEADERS,
    'qos/circuit-breaker': { interval: 60, timeout: 10, max_errors: 1 },
    'qos/ratelimit/proxy': { max_rate: 100, capacity: 100, every: '1s' },
    proxy: { max_payload: 900 },
  },
});

const endpoint = (guards: object, url_pattern: string) => ({
  endpoint: '/{tenant}/mcp',
  method: 'POST',
  output_encoding: 'no-op',
  timeout: '10s',
  input_headers: ['X-Client', 'X-User', 'X-Role'],
  input_query_strings: ['q', 'r'],
  backend: [backend(url_pattern)],
  extra_config: {
    'qos/ratelimit/router': {
      max_rate: 50,
      capacity: 50,
      client_max_rate: 5,
      client_capacity: 5,
      every: '1m',
      strategy: 'header',
      key: 'X-Client',
    },
    'security/bot-detector': { deny: ['bad'], patterns: ['bot'], empty_user_agent_is_bot: true },
    proxy: { max_payload: 1000 },
    ...guards,
  },
});

const SERVICE = {
  'security/cors': {
    allow_origins: ['https://app.example'],
    allow_credentials: true,
    max_age: '1h',
  },
  'security/http': { allowed_hosts: ['own.example:8080'], frame_deny: true },
  router: { trusted_proxies: ['10.0.0.0/8'], forwarded_by_client_ip: true, max_payload: 5000 },
  'plugin/http-server': {
    name: ['ip-filter'],
    'ip-filter': { CIDR: ['10.0.0.0/8'], allow: true, trusted_proxies: ['10.0.0.0/8'] },
  },
};

/** Documents in which everything that can be is guarded: by tokens, and by keys. */
const DOCUMENTS: Readonly<Record<string, object>> = {
  tokens: {
    version: 3,
    extra_config: SERVICE,
    endpoints: [
      endpoint(
        {
          'validation/cel': [{ check_expr: "req_headers['X-Client'][0] != 'root'" }],
          'auth/validator': {
            ...VALIDATOR,
            roles: ['admin'],
            roles_key: 'groups',
            scopes: ['a', 'b'],
            scopes_key: 'scope',
            scopes_matcher: 'all',
            propagate_claims: [['sub', 'X-User']],
          },
        },
        '/{tenant}/{JWT.sub}/mcp',
      ),
    ],
  },
  keys: {
    version: 3,
    extra_config: {
      ...SERVICE,
      'auth/api-keys': {
        hash: 'plain',
        strategy: 'header',
        identifier: 'X-Key',
        keys: [{ key: 'one-key-of-a-caller', roles: ['admin'] }],
        propagate_role: 'X-Role',
      },
    },
    endpoints: [
      endpoint({ 'auth/api-keys': { roles: ['admin'], client_max_rate: 5 } }, '/{tenant}/mcp'),
    ],
  },
};

type Place = readonly Step[];

function valueAt(document: unknown, steps: Place): unknown {
  return steps.reduce<unknown>((value, step) => Object(value)[step], document);
}

function placesIn(document: unknown, steps: Place = []): Place[] {
  const value = valueAt(document, steps);
  if (typeof value !== 'object' || value === null) return [];
  const keys: Step[] = Array.isArray(value) ? value.map((_item, i) => i) : Object.keys(value);
  return keys.flatMap((key) => [[...steps, key], ...placesIn(document, [...steps, key])]);
}

/** What is in an `extra_config`, where protection is. */
const isGuard = (steps: Place) => steps.slice(0, -1).includes('extra_config');

function knownKeys(field: Field): string[] {
  const members = Object.entries(field.members ?? {});
  const own = members.flatMap(([key, member]) => [key, ...knownKeys(member)]);
  return field.items === undefined ? own : [...own, ...knownKeys(field.items)];
}
const KNOWN = new Set(knownKeys(ROOT));

/** The options that a document comes to, as far as a text can show them. */
function shown(document: string | object): string {
  return JSON.stringify(toGatewayConfigs(document), (_key, value: unknown) =>
    typeof value === 'function' ? 'a function' : value,
  );
}

/** A document, and what becomes of it. */
class Subject {
  readonly document: object;
  readonly guards: readonly Place[];
  readonly keys: readonly Place[];
  readonly holders: readonly Place[];
  readonly #options: string;
  readonly #warnings: ReadonlySet<string>;

  constructor(document: object) {
    this.document = document;
    const places = placesIn(document);
    this.guards = places.filter(isGuard);
    this.keys = this.guards.filter((steps) => typeof steps.at(-1) === 'string');
    this.holders = [[], ...places].filter((steps) => kindOf(valueAt(document, steps)) === 'object');
    this.#options = shown(document);
    this.#warnings = new Set(outcomeOf(document).warnings.map(textOf));
  }

  /** Whether somebody is told that it is another document, or it is none. */
  isSafe(changed: string | object, steps: Place): boolean {
    const outcome = outcomeOf(changed);
    if (this.isTold(outcome)) return true;
    // Who may come in does not show in a text.
    const isAboutCallers = steps.some((step) => /^auth\//.test(String(step)));
    return !isAboutCallers && shown(changed) === this.#options;
  }

  isTold({ problems, warnings }: Outcome): boolean {
    return problems.length > 0 || warnings.some((own) => !this.#warnings.has(textOf(own)));
  }
}

function textOf({ path, message }: Outcome['warnings'][number]): string {
  return `${path}: ${message}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
}

function renamed(key: string, position: number, way: string): string {
  const at = position % key.length;
  const [before, letter = '', after] = [key.slice(0, at), key[at], key.slice(at + 1)];
  const ways: Readonly<Record<string, string>> = {
    drop: before + after,
    double: before + letter + letter + after,
    other: `${before}x${after}`,
    swap: before + (after[0] ?? '') + letter + after.slice(1),
    upper: key.toUpperCase(),
    lower: key.toLowerCase(),
    capital: before + letter.toUpperCase() + after,
    dash: key.replaceAll('_', '-'),
    blank: `${key} `,
    dot: key.replaceAll('/', '.'),
  };
  return ways[way] ?? key;
}

const WAYS = [
  'drop',
  'double',
  'other',
  'swap',
  'upper',
  'lower',
  'capital',
  'dash',
  'blank',
  'dot',
];

/** The same thing in another type. */
function retyped(value: unknown): unknown[] {
  const others: Readonly<Record<string, unknown[]>> = {
    string: [1, true, null, [value], { value }],
    number: [String(value), [value], null, true, -1],
    boolean: [String(value), Number(value), null, [value]],
    list: [null, { 0: Object(value)[0] }, true, [[value]], [null]],
    object: [null, [value], true, 'yes'],
  };
  return others[kindOf(value)] ?? [];
}

const EMPTY: Readonly<Record<string, unknown>> = { string: '', number: 0, list: [], object: {} };

/** What has a documented meaning when it is empty: no limit, the default, or stricter than before. */
const MEANS_ITSELF =
  /circuit-breaker\.(timeout|max_errors)$|proxy\.max_payload$|api-keys\.client_max_rate$|propagate_claims$|api-keys\.(propagate_role|keys\.0\.roles)$/;

/** What stands for itself: nothing else in the document speaks of it, or its default is no weaker. */
const BY_ITSELF =
  /cors\.(allow_credentials|max_age)$|security\/http\.(allowed_hosts|frame_deny)$|circuit-breaker\.timeout$|proxy\.max_payload$|validator\.(roles_key|scopes_matcher|propagate_claims)$|api-keys\.(hash|strategy|identifier|propagate_role|client_max_rate|keys\.0\.roles)$/;

const CASES = Object.entries(DOCUMENTS).map(
  ([name, document]) => [name, new Subject(document)] as const,
);

const RUNS = { seed: 2026, numRuns: 50 };

describe.each(CASES)(
  'a document with %s never has less protection than it says, in silence',
  (_name, subject) => {
    const { document, guards, keys, holders } = subject;
    const unsafe = (changes: readonly (readonly [string | object, Place])[]) =>
      changes
        .filter(([changed, steps]) => !subject.isSafe(changed, steps))
        .map(([, steps]) => steps.join('.'));

    test('it runs as it is, and there is much to lose', () => {
      expect(outcomeOf(document).problems).toEqual([]);
      expect(keys.length).toBeGreaterThan(50);
    });

    test('with a key that is misspelt, or in another case', () => {
      const changes = fc
        .tuple(fc.constantFrom(...keys), fc.nat(), fc.constantFrom(...WAYS))
        .map(([steps, n, way]) => [steps, renamed(String(steps.at(-1)), n, way)] as const)
        .filter(
          ([steps, key]) =>
            key !== '' && key !== steps.at(-1) && !KNOWN.has(key) && !/^[@$_#]/.test(key),
        );
      fc.assert(
        fc.property(changes, ([steps, key]) => {
          const value = valueAt(document, steps);
          const changed = withValue(
            withValue(document, steps, undefined),
            [...steps.slice(0, -1), key],
            value,
          );
          expect(outcomeOf(changed).problems).not.toEqual([]);
        }),
        RUNS,
      );
    });

    test('with a key that stands at another level', () => {
      const moves = fc
        .tuple(fc.constantFrom(...keys), fc.constantFrom(...holders))
        .filter(([steps, to]) => {
          const isInside = steps.every((step, i) => to[i] === step);
          const isTaken = Object.hasOwn(Object(valueAt(document, to)), String(steps.at(-1)));
          return !isInside && !isTaken;
        });
      fc.assert(
        fc.property(moves, ([steps, to]) => {
          const key = steps.at(-1) as string;
          const moved = withValue(
            withValue(document, [...to, key], valueAt(document, steps)),
            steps,
            undefined,
          );
          expect([steps, to, subject.isSafe(moved, steps)]).toEqual([steps, to, true]);
        }),
        RUNS,
      );
    });

    test('with a value of another type', () => {
      const changes = guards.flatMap((steps, i) => {
        const others = retyped(valueAt(document, steps));
        // Two for each; neighbours get others.
        return [i, i + 1].map(
          (n) => [withValue(document, steps, others[n % others.length]), steps] as const,
        );
      });
      expect(changes.length).toBeGreaterThan(100);
      expect(unsafe(changes)).toEqual([]);
    });

    test('with a value that is emptied', () => {
      const changes = guards.flatMap((steps) => {
        const kind = kindOf(valueAt(document, steps));
        return kind in EMPTY ? [[withValue(document, steps, EMPTY[kind]), steps] as const] : [];
      });
      expect(unsafe(changes).filter((path) => !MEANS_ITSELF.test(path))).toEqual([]);
    });

    test('with a key that is taken out of a whole', () => {
      // A namespace that is not there says nothing.
      const within = keys.filter((steps) => steps.at(-2) !== 'extra_config');
      const changes = within.map(
        (steps) => [withValue(document, steps, undefined), steps] as const,
      );
      expect(unsafe(changes).filter((path) => !BY_ITSELF.test(path))).toEqual([]);
    });

    test('with a key that stands there twice', () => {
      const mark = '"@mark":1';
      const changes = keys.flatMap((steps) => {
        const [holder, key] = [steps.slice(0, -1), JSON.stringify(steps.at(-1))];
        const marked = JSON.stringify(withValue(document, [...holder, '@mark'], 1));
        return ['{}', JSON.stringify(valueAt(document, steps))].map(
          (value) => [marked.replace(mark, `${key}:${value}`), steps] as const,
        );
      });
      for (const [text, steps] of changes) {
        const messages = outcomeOf(text).problems.map(({ message }) => message);
        expect([steps, messages.join()]).toEqual([steps, expect.stringMatching(/stands twice/)]);
      }
    });

    test('with several of these at once', () => {
      type Change = (document: object) => object;
      const one: fc.Arbitrary<Change> = fc.oneof(
        fc.tuple(fc.constantFrom(...guards), fc.nat()).map(([steps, n]): Change => {
          const others = retyped(valueAt(document, steps));
          return (own) => withValue(own, steps, others[n % others.length]);
        }),
        fc
          .tuple(fc.constantFrom(...keys), fc.nat(), fc.constantFrom('drop', 'double', 'upper'))
          .map(([steps, n, way]): Change => {
            const key = renamed(String(steps.at(-1)), n, way);
            return (own) =>
              withValue(withValue(own, steps, undefined), [...steps.slice(0, -1), `${key}x`], 1);
          }),
      );
      fc.assert(
        fc.property(fc.array(one, { minLength: 2, maxLength: 4 }), (changes) => {
          let changed = document;
          try {
            for (const change of changes) changed = change(changed);
          } catch {
            // What one has taken away, another cannot change.
          }
          if (changed === document) return;
          expect(outcomeOf(changed).problems).not.toEqual([]);
        }),
        RUNS,
      );
    });
  },
);
