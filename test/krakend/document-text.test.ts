import { describe, expect, test } from '@jest/globals';
import type { KrakendReadOptions } from '../../src/exports/krakend.ts';
import {
  BACKEND,
  BACKEND_EXTRA,
  base,
  ENDPOINT,
  EXTRA,
  pathOf,
  SERVICE,
  type Step,
  VALIDATOR,
  withValue,
} from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';

const JSON_TEXT = JSON.stringify(base());

function problemsIn(document: string | object, options: KrakendReadOptions = {}) {
  return outcomeOf(document, options).problems.map(({ path, message }) => `${path}: ${message}`);
}

/** One problem, at this place. */
function expectProblem(document: string | object, path: string, message: RegExp): void {
  const own = outcomeOf(document).problems.find((problem) => problem.path === path);
  expect(problemsIn(document)).toContainEqual(expect.stringMatching(message));
  expect(own?.message).toMatch(message);
}

describe('a text that is no JSON says why, where that can be told', () => {
  test.each<[what: string, text: string, message: RegExp]>([
    ['a byte order mark', `\uFEFF${JSON_TEXT}`, /byte order mark; save it without/],
    ['a comment of a line', JSON_TEXT.replace('{', '{ // a\n'), /no comments/],
    ['a comment in a text', JSON_TEXT.replace('{', '{ /* a */'), /no comments/],
    ['a trailing comma', JSON_TEXT.replace(/\}$/, ',}'), /no trailing commas/],
    ['a trailing comma in a list', '{"version":3,"endpoints":[1,]}', /no trailing commas/],
    ['single quotes', "{'version':3}", /no JSON/],
    ['half a document', JSON_TEXT.slice(0, -3), /no JSON/],
    ['nothing', '', /no JSON/],
    ['YAML', '$schema: x\nversion: 3\n', /YAML or TOML; convert it/],
    ['TOML', 'version = 3\n[[endpoints]]\n', /YAML or TOML; convert it/],
    ['a template', '{"version":3,{{ include "endpoints.tmpl" }}}', /let KrakenD render it first/],
    ['a number', '3', /as an object/],
    ['a text in it', '"{}"', /as an object/],
  ])('%s', (_what, text, message) => {
    expect(outcomeOf(text).problems).toEqual([
      expect.objectContaining({ path: '', message: expect.stringMatching(message) }),
    ]);
  });
});

describe('a key that stands twice', () => {
  const validator = JSON.stringify(VALIDATOR);
  const withExtra = (extra: string) =>
    JSON.stringify(withValue(base(), [...ENDPOINT, 'extra_config'], 'HERE')).replace(
      '"HERE"',
      extra,
    );

  test.each<[what: string, text: string, path: string]>([
    ['at the root', JSON_TEXT.replace('{', '{"port":8080,"port":8081,'), 'port'],
    [
      'with an escape in it',
      JSON_TEXT.replace('{', String.raw`{"port":8080,"p\u006frt":8081,`),
      'port',
    ],
    [
      'as a namespace',
      withExtra(`{"auth/validator":${validator},"auth/validator":{}}`),
      'endpoints[0].extra_config["auth/validator"]',
    ],
    [
      'in a namespace',
      withExtra(`{"auth/validator":{"issuer":"a",${validator.slice(1)}}`),
      'endpoints[0].extra_config["auth/validator"].issuer',
    ],
    [
      'in the second of a list',
      '{"version":3,"endpoints":[{"a":[1,{"b":[]}]},{"method":"GET","x":{"method":1},"method":"POST"}]}',
      'endpoints[1].method',
    ],
  ])('%s is refused where it stands: KrakenD takes the last', (_what, text, path) => {
    expectProblem(text, path, /stands twice in one object: KrakenD takes the last/);
  });

  test.each([
    ['as a comment', '{"@a":1,"@a":2}'],
    ['in a comment', '{"@a":{"b":1,"b":2}}'],
    ['in two objects', '{"@a":1,"@b":{"@a":1}}'],
    ['in a text', JSON.stringify({ '@a': '{"b":1,"b":2}' })],
  ])('%s is none', (_what, extra) => {
    expect(problemsIn(withExtra(extra))).toEqual([]);
  });
});

describe('what nobody replaces', () => {
  const rows: (readonly [readonly Step[], unknown, RegExp, path?: readonly Step[]])[] = [
    [
      [...BACKEND, 'host'],
      ['$HOST'],
      /\$HOST is not replaced, by KrakenD neither/,
      [...BACKEND, 'host', 0],
    ],
    [[...BACKEND, 'host'], [`http://$${'{HOST}'}`], /envsubst/, [...BACKEND, 'host', 0]],
    [[...BACKEND, 'url_pattern'], `/$${'{X}'}`, /envsubst/],
    [[...ENDPOINT, 'timeout'], `$${'{TIMEOUT:-2s}'}`, /envsubst/],
    [[...BACKEND, 'url_pattern'], '/{{ .path }}', /flexible configuration/],
    [[...EXTRA, '$ref'], 'auth.json', /another file/],
    [['$ref'], 'all.json', /another file/],
    [[...BACKEND_EXTRA, 'modifier/martian', '$ref'], 'martian.json', /another file/],
  ];
  test.each(rows.map((row) => [row] as const))('%j is refused', ([at, value, message, path]) => {
    const place = pathOf(path ?? at)
      .replace('["$ref"]', '.$ref')
      .replace(/^\./, '');
    expectProblem(withValue(base(), at, value), place, message);
  });

  test('in the middle of a text it is worth a warning', () => {
    const modifier = {
      'header.Modifier': { scope: ['request'], name: 'X-A', value: 'Bearer $TOKEN' },
    };
    const { problems, warnings } = outcomeOf(
      withValue(base(), [...BACKEND_EXTRA, 'modifier/martian'], modifier),
    );
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message).join()).toMatch(/\$TOKEN is not replaced/);
  });

  test('in a comment it is nobody’s business', () => {
    const comment = { a: `$${'{X}'} {{ y }}`, $ref: 'a.json' };
    expect(problemsIn(withValue(base(), [...EXTRA, '@comment'], comment))).toEqual([]);
  });
});

describe('keys', () => {
  const LEVELS: readonly (readonly Step[])[] = [
    [],
    SERVICE,
    ENDPOINT,
    EXTRA,
    BACKEND,
    BACKEND_EXTRA,
  ];

  test.each(LEVELS.map((at) => [at] as const))('at %j comments have no effect', (at) => {
    const commented = ['@a', '$a', '_a', '#a'].reduce(
      (own, key) => withValue(own, [...at, key], { anything: [1] }),
      withValue(base(), [...at, '$schema'], 'https://www.krakend.io/schema/v2.13/krakend.json'),
    );
    const plain = outcomeOf(base());
    expect(outcomeOf(commented)).toEqual(plain);
  });

  test.each(LEVELS.map((at) => [at] as const))('at %j an unknown one is refused', (at) => {
    const place = [...at, 'something_else'];
    expectProblem(withValue(base(), place, 1), pathOf(place), /KrakenD has no key something_else/);
  });

  test.each<[at: readonly Step[], value: unknown, right: string]>([
    [['Timeout'], '2s', 'timeout'],
    [['ENDPOINTS'], [], 'endpoints'],
    [[...ENDPOINT, 'Input_Headers'], [], 'input_headers'],
    [[...EXTRA, 'Auth/Validator'], {}, 'auth/validator'],
    [[...EXTRA, 'auth/validator', 'ISSUER'], 'x', 'issuer'],
    [[...BACKEND, 'URL_Pattern'], '/', 'url_pattern'],
    [[...BACKEND_EXTRA, 'qos/Ratelimit/proxy'], {}, 'qos/ratelimit/proxy'],
    [[...SERVICE, 'Security/CORS'], {}, 'security/cors'],
  ])('%j is told how it is written', (at, value, right) => {
    expectProblem(withValue(base(), at, value), pathOf(at), new RegExp(`write ${right}`));
  });
});

describe('the version', () => {
  test.each([3, '3'])('%j runs', (version) => {
    expect(problemsIn(withValue(base(), ['version'], version))).toEqual([]);
  });
  test.each([undefined, 2, 4, '2', 'v3', 3.1, null, [3], true])('%j does not', (version) => {
    expectProblem(withValue(base(), ['version'], version), 'version', /version|write 3/);
  });
});

describe('durations and numbers', () => {
  test.each(['1h30m', '1.5s', '100ms', '2m0s', '1us', '1µs', '5000000ns', '0s'])(
    '%s is a time',
    (text) => {
      expect(problemsIn(withValue(base(), [...ENDPOINT, 'timeout'], text))).toEqual([]);
    },
  );

  test.each<[value: unknown, message: RegExp]>([
    [2000, /nanoseconds; write a number with a unit/],
    [0, /nanoseconds/],
    ['2000', /no duration/],
    ['', /no duration/],
    ['2 s', /no duration/],
    [' 2s', /no duration/],
    ['2S', /no duration/],
    ['1d', /no duration/],
    ['-1s', /no duration/],
    ['+1s', /no duration/],
    ['1e3s', /no duration/],
    ['30d', /no duration/],
    ['900h', /24 days/],
    [null, /no duration/],
    [['1s'], /no duration/],
  ])('%j is none', (value, message) => {
    for (const at of [['timeout'], [...ENDPOINT, 'timeout']]) {
      expectProblem(withValue(base(), at, value), pathOf(at), message);
    }
  });

  test.each<[at: readonly Step[], value: unknown]>([
    [['port'], '8080'],
    [[...EXTRA, 'qos/ratelimit/router', 'max_rate'], '5'],
    [[...EXTRA, 'qos/ratelimit/router', 'client_max_rate'], '5'],
    [[...EXTRA, 'proxy', 'max_payload'], '1000'],
    [[...BACKEND_EXTRA, 'qos/circuit-breaker', 'max_errors'], '1'],
    [[...BACKEND_EXTRA, 'qos/ratelimit/proxy', 'capacity'], '1'],
    [[...BACKEND, 'disable_host_sanitize'], 'true'],
  ])('%j in quotes is refused: %j', (at, value) => {
    expectProblem(withValue(base(), at, value), pathOf(at), /without quotes; KrakenD ignores/);
  });
});

describe('the environment', () => {
  const read = (env: Record<string, string>) => outcomeOf(base(), { env });

  test.each([
    ['KRAKEND_ENDPOINTS', 'x'],
    ['KRAKEND_EXTRA_CONFIG', '{}'],
    ['KRAKEND_', 'x'],
    ['KRAKEND___PROTO__', 'x'],
  ])('%s has no effect, which is worth a warning', (name, value) => {
    const { problems, warnings } = read({ [name]: value });
    expect(problems).toEqual([]);
    expect(warnings.map(({ message }) => message)).toContain(
      `the variable ${name} has no effect here`,
    );
  });

  test.each([
    ['KRAKEND_PORT', 'http', 'port'],
    ['KRAKEND_LISTEN_IP', 'localhost', 'listen_ip'],
    ['KRAKEND_TIMEOUT', '2000', 'timeout'],
  ])('%s=%s is refused as the document is', (name, value, path) => {
    expect(read({ [name]: value }).problems.map((problem) => problem.path)).toEqual([path]);
  });

  test('a list of hosts is no host', () => {
    const document = withValue(base(), [...BACKEND, 'host'], undefined);
    const env = { KRAKEND_HOST: 'http://a.example,http://b.example' };
    expect(problemsIn(document, { env })).toEqual([expect.stringMatching(/^host\[0\]: .*host/)]);
  });

  test('an empty variable, and one of another program, is as if it were not there', () => {
    const env = { KRAKEND_PORT: '', KRAKEND_HOST: '', PORT: 'x', krakend_port: 'x' };
    expect(outcomeOf(base(), { env })).toEqual(outcomeOf(base()));
  });

  test('nothing of it counts unless it is handed over', () => {
    process.env.KRAKEND_PORT = 'nonsense';
    try {
      expect(problemsIn(base())).toEqual([]);
    } finally {
      delete process.env.KRAKEND_PORT;
    }
  });
});
