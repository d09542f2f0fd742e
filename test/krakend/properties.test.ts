import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Field } from '../../src/krakend/fields/field.ts';
import { ROOT } from '../../src/krakend/table/root.ts';
import { BACKEND_EXTRA, EXTRA, SERVICE, type Step, VALIDATOR, withValue } from './support/base.ts';
import { type Outcome, outcomeOf } from './support/outcome.ts';

const GUARDS = {
  'auth/validator': {
    ...VALIDATOR,
    roles: ['admin'],
    roles_key: 'groups',
    scopes: ['a', 'b'],
    scopes_key: 'scope',
    scopes_matcher: 'all',
    propagate_claims: [['sub', 'X-User']],
  },
  'validation/cel': [{ check_expr: "JWT.sub != 'root'" }, { check_expr: "req_method != 'PUT'" }],
  'qos/ratelimit/router': {
    max_rate: 50,
    capacity: 50,
    client_max_rate: 5,
    client_capacity: 5,
    every: '1m',
    strategy: 'header',
    key: 'X-Client',
  },
  'qos/ratelimit/tiered': {
    tier_key: 'X-Tier',
    tiers: [
      {
        tier_value: 'gold',
        ratelimit: { max_rate: 5, capacity: 5, every: '1m' },
      },
      {
        tier_value_as: '*',
        ratelimit: { client_max_rate: 1, client_capacity: 1, every: '1m', strategy: 'ip' },
      },
    ],
  },
  'security/policies': {
    req: { policies: ["req_method != 'PATCH'"] },
    jwt: { policies: ["JWT.sub != 'nobody'"] },
  },
  'security/bot-detector': { deny: ['bad'], patterns: ['bot'], empty_user_agent_is_bot: true },
  proxy: { max_payload: 1000 },
};

const BACKEND_GUARDS = {
  'modifier/martian': {
    'fifo.Group': {
      scope: ['request'],
      modifiers: [
        { 'header.Modifier': { scope: ['request'], name: 'X-Key', value: 'secret' } },
        { 'header.Blacklist': { scope: ['request'], names: ['X-Internal'] } },
      ],
    },
  },
  'qos/circuit-breaker': { interval: 60, timeout: 10, max_errors: 1 },
  'qos/ratelimit/proxy': { max_rate: 100, capacity: 100, every: '1s' },
};

const endpoint = (method: string) => ({
  endpoint: '/mcp',
  method,
  output_encoding: 'no-op',
  input_headers: ['X-Client', 'X-User'],
  backend: [{ url_pattern: '/mcp', host: ['http://127.0.0.1:9999'], extra_config: BACKEND_GUARDS }],
  extra_config: GUARDS,
});

/** A document in which everything that can be is guarded. */
const DOCUMENT = {
  version: 3,
  extra_config: {
    'security/cors': {
      allow_origins: ['https://app.example'],
      allow_credentials: true,
      max_age: '1h',
    },
    'security/http': { allowed_hosts: ['own.example:8080'], frame_deny: true, sts_seconds: 300 },
    router: { trusted_proxies: ['10.0.0.0/8'], forwarded_by_client_ip: true, max_payload: 5000 },
    'qos/ratelimit/service': { max_rate: 500, capacity: 500, every: '1s' },
    'plugin/http-server': {
      name: ['ip-filter'],
      'ip-filter': { CIDR: ['10.0.0.0/8'], allow: true, trusted_proxies: ['10.0.0.0/8'] },
    },
  },
  // Each has values of its own.
  endpoints: ['POST', 'GET', 'DELETE'].map((method) => structuredClone(endpoint(method))),
};

const AREAS: readonly (readonly Step[])[] = [SERVICE, EXTRA, BACKEND_EXTRA];

type Json = Readonly<Record<Step, unknown>>;

function valueAt(steps: readonly Step[]): unknown {
  return steps.reduce<unknown>((value, step) => (value as Json)[step], DOCUMENT);
}

/** Every place below one. */
function placesIn(steps: readonly Step[]): (readonly Step[])[] {
  const value = valueAt(steps);
  if (typeof value !== 'object' || value === null) return [];
  const keys: Step[] = Array.isArray(value) ? value.map((_item, i) => i) : Object.keys(value);
  return keys.flatMap((key) => [[...steps, key], ...placesIn([...steps, key])]);
}

const PLACES = AREAS.flatMap(placesIn);
const KEYS = PLACES.filter((steps) => typeof steps.at(-1) === 'string');

/** Every key that the table knows, wherever it stands. */
function knownKeys(field: Field): string[] {
  const members = Object.entries(field.members ?? {});
  const own = members.flatMap(([key, member]) => [key, ...knownKeys(member)]);
  return field.items === undefined ? own : [...own, ...knownKeys(field.items)];
}
const KNOWN = new Set(knownKeys(ROOT));

const ORIGINAL = outcomeOf(DOCUMENT);

/** Whether somebody is told: it does not start, or says what is not as it was. */
function isTold({ problems, warnings }: Outcome): boolean {
  const texts = ORIGINAL.warnings.map(({ path, message }) => path + message);
  return (
    problems.length > 0 || warnings.some(({ path, message }) => !texts.includes(path + message))
  );
}

test('the document itself starts, and has enough in it to lose', () => {
  expect(ORIGINAL.problems).toEqual([]);
  expect(KEYS.length).toBeGreaterThan(50);
});

test('whatever stands anywhere, it starts or says why not', () => {
  const anywhere = fc.tuple(fc.constantFrom(...placesIn([])), fc.jsonValue());
  fc.assert(
    fc.property(anywhere, ([steps, value]) => {
      const { problems } = outcomeOf(withValue(DOCUMENT, steps, value));
      for (const { message } of problems) expect(message).toMatch(/./);
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(outcomeOf(text).problems).not.toEqual([]);
    }),
  );
});

describe('no protection is lost without a word', () => {
  test('where a key is misspelt, or in another case', () => {
    const misspelt = fc
      .tuple(
        fc.constantFrom(...KEYS),
        fc.nat(),
        fc.constantFrom('drop', 'double', 'swap', 'case', 'add', 'dash'),
      )
      .map(
        ([steps, position, way]) => [steps, misspell(String(steps.at(-1)), position, way)] as const,
      )
      .filter(([steps, key]) => key !== steps.at(-1) && !KNOWN.has(key) && !/^[@$_#]/.test(key));
    fc.assert(
      fc.property(misspelt, ([steps, key]) => {
        const without = withValue(DOCUMENT, steps, undefined);
        const { problems } = outcomeOf(
          withValue(without, [...steps.slice(0, -1), key], valueAt(steps)),
        );
        expect(problems).not.toEqual([]);
      }),
    );
  });

  test('where a value is of another type', () => {
    const others: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
      null,
      '5',
      'yes',
      {},
      [[]],
      [1],
      'x y',
      -1,
    );
    const wrong = fc
      .tuple(fc.constantFrom(...PLACES), others)
      .filter(([steps, value]) => kindOf(value) !== kindOf(valueAt(steps)));
    fc.assert(
      fc.property(wrong, ([steps, value]) => {
        expect(outcomeOf(withValue(DOCUMENT, steps, value)).problems).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  const namespaces = AREAS.flatMap((area) =>
    Object.keys(valueAt(area) as object).map((name) => [...area, name]),
  );
  const others = (steps: readonly Step[]) => {
    const holders = [[], ...AREAS, ['endpoints', 0], ['endpoints', 0, 'backend', 0]] as const;
    return holders.filter((own) => own.join() !== steps.slice(0, -1).join());
  };

  test.each(namespaces.map((steps) => [steps.join('.'), steps] as const))(
    'where %s is moved to another level',
    (_name, steps) => {
      const name = steps.at(-1) as string;
      for (const holder of others(steps)) {
        const without = withValue(DOCUMENT, steps, undefined);
        const moved = withValue(without, [...holder, name], valueAt(steps));
        expect([holder, isTold(outcomeOf(moved)) || protectsBoth(name, holder)]).toEqual([
          holder,
          true,
        ]);
      }
    },
  );

  test('where it is taken from one method of several', () => {
    const ofMethod = KEYS.filter(
      (steps) => steps[0] === 'endpoints' && !/ratelimit/.test(steps.join()),
    );
    for (const steps of ofMethod) {
      const { problems } = outcomeOf(withValue(DOCUMENT, steps, undefined));
      expect([steps, problems.length > 0]).toEqual([steps, true]);
    }
  });

  test('where a key that others need is taken out', () => {
    const needed = [
      ...[
        'max_rate',
        'client_max_rate',
        'capacity',
        'client_capacity',
        'every',
        'strategy',
        'key',
      ].map((key) => [...EXTRA, 'qos/ratelimit/router', key]),
      ...['max_rate', 'capacity', 'every'].map((key) => [
        ...BACKEND_EXTRA,
        'qos/ratelimit/proxy',
        key,
      ]),
      ...['max_rate', 'capacity', 'every'].map((key) => [...SERVICE, 'qos/ratelimit/service', key]),
      ...['tier_key', 'tiers'].map((key) => [...EXTRA, 'qos/ratelimit/tiered', key]),
      ...['tier_value', 'ratelimit'].map((key) => [
        ...EXTRA,
        'qos/ratelimit/tiered',
        'tiers',
        0,
        key,
      ]),
      [...EXTRA, 'qos/ratelimit/tiered', 'tiers', 1, 'tier_value_as'],
      [...EXTRA, 'security/policies', 'req', 'policies'],
      [...EXTRA, 'security/policies', 'jwt', 'policies'],
      [...SERVICE, 'security/cors', 'allow_origins'],
      [...SERVICE, 'router', 'trusted_proxies'],
      [...SERVICE, 'plugin/http-server', 'name'],
      [...SERVICE, 'plugin/http-server', 'ip-filter'],
      [...SERVICE, 'plugin/http-server', 'ip-filter', 'CIDR'],
      [...SERVICE, 'plugin/http-server', 'ip-filter', 'allow'],
    ];
    for (const steps of needed) {
      const outcome = outcomeOf(withValue(DOCUMENT, steps, undefined));
      expect([steps, isTold(outcome)]).toEqual([steps, true]);
    }
  });
});

/** What may stand at a service and at an endpoint protects at either. */
function protectsBoth(name: string, holder: readonly Step[]): boolean {
  const isPlace = [SERVICE, EXTRA].some((own) => own.join() === holder.join());
  const names = ['security/cors', 'security/http', 'security/bot-detector', 'qos/ratelimit/tiered'];
  return isPlace && names.includes(name);
}

function misspell(key: string, position: number, way: string): string {
  const at = position % key.length;
  const [before, letter = '', after] = [key.slice(0, at), key[at], key.slice(at + 1)];
  const next = after[0] ?? '';
  const ways: Readonly<Record<string, string>> = {
    drop: before + after,
    double: before + letter + letter + after,
    swap: before + next + letter + after.slice(1),
    case: before + letter.toUpperCase() + after,
    add: `${key}s`,
    dash: key.replaceAll('_', '-'),
  };
  return ways[way] ?? key;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return value === null ? 'null' : typeof value;
}
