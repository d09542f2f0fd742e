import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fromKrakend,
  KrakendConfigError,
  type KrakendReadOptions,
  toGatewayConfigs,
} from '../../src/exports/krakend.ts';
import type { Field } from '../../src/krakend/fields/field.ts';
import { ROOT } from '../../src/krakend/table/root.ts';
import { BACKEND, BACKEND_EXTRA, base, EXTRA, type Step, withValue } from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';

/** What a document says on the whole, or that it runs. Any other error than ours gets through. */
function reading(document: string | object, options?: KrakendReadOptions): string {
  try {
    fromKrakend(document, options);
    return 'runs';
  } catch (error) {
    if (!(error instanceof KrakendConfigError)) throw error;
    return error.message;
  }
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe('a document that is nested too deeply', () => {
  const json = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  test.each<[what: string, document: string | object]>([
    ['as a text', `{"version":3,"name":${json(100_000)}}`],
    ['as an object', withValue(base(), ['name'], nested(5000))],
    ['in a comment', withValue(base(), ['@comment'], nested(5000))],
    ['in modifiers', withValue(base(), [...BACKEND_EXTRA, 'modifier/martian'], nested(5000))],
  ])('is refused: %s', (_what, document) => {
    expect(reading(document)).toMatch(/nested in one another/);
  });

  test('is one that holds itself', () => {
    const document: Record<string, unknown> = { ...base() };
    document['@self'] = document;
    expect(reading(document)).toMatch(/hold themselves/);
  });

  test('is none where it has many parts, or one of them at several places', () => {
    let shared: unknown = [1];
    for (let level = 0; level < 60; level += 1) shared = [shared, shared];
    expect(reading(withValue(base(), ['@shared'], shared))).toBe('runs');
    expect(reading(withValue(base(), ['@many'], new Array(10_000).fill({ a: [1] })))).toBe('runs');
  });
});

test.each(['a', String.raw`\n`])('a text of some megabytes is read: %j', (piece) => {
  const comment = `"@comment":"${piece.repeat(10_000_000)}"`;
  expect(reading(JSON.stringify(base()).replace('{', `{${comment},"port":1,"port":2,`))).toMatch(
    /port stands twice/,
  );
});

test.each<[what: string, options: object, message: RegExp]>([
  ['nothing to take', { only: [] }, /only takes a list/],
  ['one path that is no list', { only: '/mcp' }, /only takes a list/],
  ['one allowance that is no list', { allow: 'any-issuer' }, /allow takes a list/],
])('options are checked: %s', (_what, options, message) => {
  expect(reading(base(), options as KrakendReadOptions)).toMatch(message);
});

/** Every key that the table knows, wherever it stands. */
function knownKeys(field: Field): string[] {
  const own = Object.entries(field.members ?? {}).flatMap(([key, member]) => [
    key,
    ...knownKeys(member),
  ]);
  return field.items === undefined ? own : [...own, ...knownKeys(field.items)];
}

const KEYS = [
  ...new Set([...knownKeys(ROOT), '__proto__', 'constructor', 'toString', 'length', '0', '']),
];

/** One of everything that is read. */
const WHOLE = {
  ...base('https://127.0.0.1:9999'),
  host: ['http://a.example'],
  timeout: '2s',
  tls: { keys: [{ public_key: 'a', private_key: 'b' }], enable_mtls: true, ca_certs: ['a'] },
  client_tls: { ca_certs: [] },
  extra_config: {
    'security/cors': { allow_origins: ['https://a.example'], max_age: '1h' },
    'security/http': { allowed_hosts: ['a.example:80'], sts_seconds: 3, frame_deny: true },
    router: { trusted_proxies: ['10.0.0.0/8'], max_payload: 100 },
    'plugin/http-server': {
      name: ['ip-filter'],
      'ip-filter': { CIDR: ['10.0.0.0/8'], allow: true },
    },
    'auth/api-keys': { keys: [{ key: 'a', roles: ['r'] }] },
    'modifier/response-headers': { add: { A: ['b'] }, delete: ['C'] },
    'security/bot-detector': { deny: ['x'] },
  },
};
const EVERYTHING: readonly [at: readonly Step[], value: unknown][] = [
  [['endpoints', 0, 'endpoint'], '/t/{tenant}/mcp'],
  [['endpoints', 0, 'input_headers'], ['X-Client']],
  [['endpoints', 0, 'input_query_strings'], ['a']],
  [[...BACKEND, 'url_pattern'], '/{tenant}/mcp'],
  [
    [...EXTRA, 'auth/validator'],
    {
      alg: 'RS256',
      jwk_url: 'https://idp.example/jwks',
      issuer: 'i',
      audience: ['a'],
      roles: ['r'],
      scopes: ['a', 'b'],
      scopes_key: 's',
      propagate_claims: [['sub', 'X-User']],
    },
  ],
  [[...EXTRA, 'validation/cel'], [{ check_expr: "JWT.sub != 'root'" }]],
  [
    [...EXTRA, 'qos/ratelimit/router'],
    { max_rate: 5, client_max_rate: 5, every: '1m', strategy: 'header', key: 'X-Client' },
  ],
  [
    [...BACKEND_EXTRA, 'modifier/martian'],
    {
      'fifo.Group': {
        modifiers: [
          { 'header.Modifier': { name: 'X-Key', value: 's', scope: ['request'] } },
          { 'querystring.Modifier': { name: 'q', value: '1', scope: ['request'] } },
        ],
      },
    },
  ],
  [[...BACKEND_EXTRA, 'qos/ratelimit/proxy'], { max_rate: 5, capacity: 5 }],
  [[...BACKEND_EXTRA, 'qos/circuit-breaker'], { interval: 60, timeout: 10, max_errors: 1 }],
  [
    [...BACKEND_EXTRA, 'auth/client-credentials'],
    { client_id: 'a', client_secret: 'b', token_url: 'https://idp.example/t' },
  ],
];
const DOCUMENT = EVERYTHING.reduce<object>((own, [at, value]) => withValue(own, at, value), WHOLE);

function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, own]) => [
    [key],
    ...placesIn(own).map((steps) => [key, ...steps]),
  ]);
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    5e-324,
    '',
    '*',
    '0s',
    '-1s',
    '9'.repeat(30),
    'é',
    '\ud800',
    '\r\n',
    '\u0000',
    '{',
    '/{a}',
    '/a/../b',
    '[::1]',
    '(',
    'constructor',
    '__proto__',
    [],
    {},
    [null],
    [[]],
    [{}],
    [0],
    { length: 3 },
    { toString: 1 },
    { constructor: { prototype: 1 } },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

test('whatever JSON stands anywhere, it runs, or says why not', () => {
  expect(outcomeOf(DOCUMENT).problems).toEqual([]);
  const places = placesIn(DOCUMENT);
  const change = fc.record({
    at: fc.constantFrom(...places),
    as: fc.option(fc.constantFrom(...KEYS)),
    value: odd,
  });
  let ran = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const document = structuredClone(DOCUMENT) as object;
      for (const { at, as, value } of changes) {
        const parent = at.slice(0, -1).reduce<unknown>((own, step) => Object(own)[step], document);
        if (typeof parent !== 'object' || parent === null || Array.isArray(parent)) continue;
        // An assignment to __proto__ would not be seen in JSON.
        Object.defineProperty(parent, as ?? at.at(-1) ?? '', {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      const text = JSON.stringify(document);
      if (reading(text) === 'runs') ran += 1;
      try {
        toGatewayConfigs(JSON.parse(text));
      } catch (error) {
        expect(error).toBeInstanceOf(KrakendConfigError);
      }
    }),
    { numRuns: 150 },
  );
  expect(ran).toBeGreaterThan(0);
});
