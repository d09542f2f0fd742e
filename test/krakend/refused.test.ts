import { describe, expect, test } from '@jest/globals';
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

/** Where something is written, what, and what is said; the last step may be left out of the path. */
type Row = readonly [
  what: string,
  at: readonly Step[],
  value: unknown,
  message: RegExp,
  path?: readonly Step[],
];

function refuses(rows: readonly Row[]): void {
  test.each(rows.map((row) => [row[0], row] as const))(
    '%s',
    (_what, [, at, value, message, path]) => {
      const { problems } = outcomeOf(withValue(base(), at, value));
      const own = problems.find((problem) => problem.path === pathOf(path ?? at));
      expect(problems.map((problem) => problem.path)).toContain(pathOf(path ?? at));
      expect(own?.message).toMatch(message);
    },
  );
}

test('what the changes are made to starts', () => {
  expect(outcomeOf(base()).problems).toEqual([]);
});

describe('a document as such', () => {
  refuses([
    ['without a version', ['version'], undefined, /does not start without/],
    ['of version 2', ['version'], 2, /other names and meanings/],
    ['with a misspelt key', ['endpoint_s'], [], /ignores it; endpoints is probably meant/],
    ['with a key in another case', ['Timeout'], '2s', /write timeout/],
    ['with a number for a duration', ['timeout'], 2000, /nanoseconds/],
    ['with a duration without a unit', ['timeout'], '5', /no duration/],
    ['with an empty duration', ['timeout'], '', /no duration/],
    ['with a blank in a duration', ['timeout'], '2 s', /no duration/],
    ['with days', ['timeout'], '1d', /no duration/],
    ['with a sign', ['timeout'], '-1s', /no duration/],
    ['with a number in quotes', ['port'], '8080', /without quotes/],
    ['with a variable of a shell', ['host'], [`$${'{UPSTREAM}'}`], /not replaced/, ['host', 0]],
    ['without endpoints', ['endpoints'], [], /no endpoint/],
    ['with an agent of queues', ['async_agent'], [{}], /queues/],
    ['with plugins', ['plugin'], { pattern: '.so', folder: '/p' }, /Go/],
    ['that listens on a name', ['listen_ip'], 'localhost', /address/],
    [
      'that trusts any backend',
      ['client_tls'],
      { allow_insecure_connections: true },
      /anybody on the way/,
      ['client_tls', 'allow_insecure_connections'],
    ],
    [
      'that trusts any backend, at the root',
      ['allow_insecure_connections'],
      true,
      /anybody on the way/,
    ],
    [
      'that serves old versions of TLS',
      ['tls'],
      { keys: [{ public_key: 'a', private_key: 'b' }], min_version: 'TLS11' },
      /TLS12 or TLS13/,
      ['tls', 'min_version'],
    ],
    [
      'that asks for certificates of nobody',
      ['tls'],
      { keys: [{ public_key: 'a', private_key: 'b' }], enable_mtls: true },
      /authorities/,
      ['tls', 'ca_certs'],
    ],
    ['with ciphers by number', ['tls', 'cipher_suites'], [5], /by number/],
    ['with a scheme for hosts', ['host_schema'], 'http', /write the scheme in host/],
  ]);
});

describe('an endpoint', () => {
  refuses([
    ['that makes JSON of answers', [...ENDPOINT, 'output_encoding'], 'json', /no-op/],
    ['that says nothing of it', [...ENDPOINT, 'output_encoding'], undefined, /no-op/],
    ['with no-op in another case', [...ENDPOINT, 'output_encoding'], 'NO-OP', /no-op/],
    ['without a path', [...ENDPOINT, 'endpoint'], undefined, /path of the endpoint/],
    ['with a query in its path', [...ENDPOINT, 'endpoint'], '/mcp?a=1', /never finds/],
    ['with a wildcard', [...ENDPOINT, 'endpoint'], '/mcp/*', /wildcard/],
    ['at a path of KrakenD', [...ENDPOINT, 'endpoint'], '/__health', /for itself/],
    ['with half a segment as a parameter', [...ENDPOINT, 'endpoint'], '/a-{x}', /whole segment/],
    ['with two parameters of one name', [...ENDPOINT, 'endpoint'], '/{a}/{a}', /stands twice/],
    ['with names that are one to a router', [...ENDPOINT, 'endpoint'], '/{a-b}/{a_b}', /one name/],
    ['with a dot in a parameter', [...ENDPOINT, 'endpoint'], '/{a.b}', /letters, digits/],
    ['with a parameter without a name', [...ENDPOINT, 'endpoint'], '/{}', /letters, digits/],
    ['of the method PUT', [...ENDPOINT, 'method'], 'PUT', /POST, GET, DELETE and no PUT/],
    ['that calls several times', [...ENDPOINT, 'concurrent_calls'], 3, /as often as that/],
    [
      'with every parameter of the query',
      [...ENDPOINT, 'input_query_strings'],
      ['*'],
      /one by one/,
    ],
    [
      'with patterns of headers',
      [...ENDPOINT, 'input_headers'],
      ['X-*'],
      /one header/,
      [...ENDPOINT, 'input_headers', 0],
    ],
    ['without a backend', [...ENDPOINT, 'backend'], [], /exactly one/],
    [
      'with two backends',
      [...ENDPOINT, 'backend'],
      [{ url_pattern: '/' }, { url_pattern: '/' }],
      /exactly one/,
    ],
    ['with an old name', [...ENDPOINT, 'headers_to_pass'], ['A'], /write input_headers/],
    [
      'with an old namespace',
      [...EXTRA, 'github.com/devopsfaith/krakend-jose/validator'],
      {},
      /write auth\/validator/,
    ],
    ...[
      'auth/signer',
      'governance/quota',
      'modifier/jmespath',
      'modifier/lua-endpoint',
      'modifier/lua-proxy',
      'modifier/request-body-extractor',
      'modifier/response-body',
      'plugin/middleware',
      'plugin/req-resp-modifier',
      'qos/ratelimit/router/redis',
      'validation/response-json-schema',
      'websocket',
    ].map((name): Row => [`with ${name}`, [...EXTRA, name], { a: 1 }, /./]),
    ['that merges', [...EXTRA, 'proxy', 'sequential'], true, /merge/],
    ['that is static', [...EXTRA, 'proxy', 'static'], { data: {}, strategy: 'always' }, /changed/],
  ]);
});

describe('a backend', () => {
  refuses([
    ['without a host', [...BACKEND, 'host'], undefined, /no host/],
    [
      'with a path in its host',
      [...BACKEND, 'host'],
      ['http://a.example/b'],
      /does not start/,
      [...BACKEND, 'host', 0],
    ],
    [
      'with credentials in its host',
      [...BACKEND, 'host'],
      ['http://a:b@c.example'],
      /does not start/,
      [...BACKEND, 'host', 0],
    ],
    [
      'with a scheme in capitals',
      [...BACKEND, 'host'],
      ['HTTP://a.example'],
      /does not start/,
      [...BACKEND, 'host', 0],
    ],
    [
      'with a port of one digit',
      [...BACKEND, 'host'],
      ['http://a.example:1'],
      /does not start/,
      [...BACKEND, 'host', 0],
    ],
    [
      'with a claim in its path, and no token',
      [...BACKEND, 'url_pattern'],
      '/u/{JWT.sub}',
      /without auth\/validator/,
    ],
    [
      'with a claim in its path that is a URL',
      [...BACKEND, 'url_pattern'],
      '/u/{JWT.https://a.example/org}',
      /letters, digits/,
    ],
    [
      'with an answer in its path',
      [...BACKEND, 'url_pattern'],
      '/u/{resp0_id}',
      /of another answer/,
    ],
    [
      'with a parameter that is not there',
      [...BACKEND, 'url_pattern'],
      '/{x}',
      /no parameter \{x\}/,
    ],
    ['of another method', [...BACKEND, 'method'], 'GET', /in place of POST/],
    ['found by SRV records', [...BACKEND, 'sd'], 'dns', /SRV/],
    [
      'found by what KrakenD does not know',
      [...BACKEND, 'sd'],
      'consul',
      /takes the hosts as they are/,
    ],
    ...[
      'ai/llm',
      'auth/aws-sigv4',
      'auth/gcp',
      'auth/ntlm',
      'backend/amqp/producer',
      'backend/conditional',
      'backend/graphql',
      'backend/grpc',
      'backend/lambda',
      'backend/pubsub/publisher',
      'backend/soap',
      'backend/static-filesystem',
      'modifier/lua-backend',
      'modifier/body-generator',
      'plugin/http-client',
      'qos/http-cache',
      'workflow',
    ].map((name): Row => [`with ${name}`, [...BACKEND_EXTRA, name], { a: 1 }, /./]),
    ['that gets a copy', [...BACKEND_EXTRA, 'proxy', 'shadow'], true, /twice/],
    [
      'with a breaker of zeros',
      [...BACKEND_EXTRA, 'qos/circuit-breaker'],
      { interval: 0, timeout: 0, max_errors: 0 },
      /zeros/,
    ],
    [
      'with a list of several as a parameter of its token',
      [...BACKEND_EXTRA, 'auth/client-credentials'],
      {
        client_id: 'a',
        client_secret: 'b',
        token_url: 'https://idp.example/token',
        endpoint_params: { audience: ['a', 'b'] },
      },
      /one text/,
      [...BACKEND_EXTRA, 'auth/client-credentials', 'endpoint_params', 'audience'],
    ],
    [
      'whose token comes from nowhere',
      [...BACKEND_EXTRA, 'auth/client-credentials'],
      { client_id: 'a', client_secret: 'b' },
      /no token/,
      [...BACKEND_EXTRA, 'auth/client-credentials', 'token_url'],
    ],
    [
      'with a limit without capacity',
      [...BACKEND_EXTRA, 'qos/ratelimit/proxy'],
      { max_rate: 1 },
      /no request/,
      [...BACKEND_EXTRA, 'qos/ratelimit/proxy', 'capacity'],
    ],
  ]);
});

describe('auth/validator', () => {
  const at = [...EXTRA, 'auth/validator'];
  const without = (key: string, message: RegExp): Row => [
    `without ${key}`,
    at,
    withValue(VALIDATOR, [key], undefined),
    message,
    [...at, key],
  ];
  const having = (key: string, value: unknown, message: RegExp): Row => [
    `with ${key} ${JSON.stringify(value)}`,
    at,
    { ...VALIDATOR, [key]: value },
    message,
    [...at, key],
  ];
  refuses([
    without('alg', /ends at the start/),
    without('issuer', /any issuer/),
    without('audience', /anybody/),
    without('jwk_url', /where the keys/),
    having('alg', 'HS256', /asymmetric/),
    having('alg', 'none', /KrakenD has no none/),
    having('audience', 'mcp', /a list/),
    having('audience', [], /anybody/),
    having('jwk_url', 'http://idp.example/jwks', /401/),
    having('cookie_key', 'token', /cookie/),
    having('auth_header_name', 'Cookie', /nothing but the token/),
    having('auth_header_name', 'Accept', /nothing but the token/),
    having('auth_header_name', 'X Token', /nothing but the token/),
    having('key_identify_strategy', 'x5t', /kid/),
    having('jwk_fingerprints', ['a'], /pinned/),
    having('jwk_local_ca', 'ca.pem', /NODE_EXTRA_CA_CERTS/),
    having('cipher_suites', [1], /ciphers/),
    having('secret_url', 'base64key://x', /encrypted/),
    [
      'with scopes that are nowhere',
      at,
      { ...VALIDATOR, scopes: ['a'] },
      /no scope/,
      [...at, 'scopes_key'],
    ],
    [
      'with roles that nobody names',
      at,
      { ...VALIDATOR, roles_key: 'r' },
      /no role/,
      [...at, 'roles'],
    ],
    having('jwk_url_', 'x', /jwk_url is probably meant/),
    having('Issuer', 'x', /write issuer/),
  ]);

  test('keys in a file need disable_jwk_security, as in KrakenD', () => {
    const values = withValue({ ...VALIDATOR, jwk_local_path: 'jwks.json' }, ['jwk_url'], undefined);
    const [problem] = outcomeOf(withValue(base(), at, values)).problems;
    expect(problem).toMatchObject({
      path: pathOf([...at, 'jwk_local_path']),
      message: expect.stringMatching(/401/),
    });
  });

  const sending = (name: string, values: object = {}): Row => [
    `a token in ${name} for the backend`,
    [...ENDPOINT],
    {
      ...(base() as { endpoints: object[] }).endpoints[0],
      input_headers: [name],
      extra_config: { 'auth/validator': { ...VALIDATOR, ...values } },
    },
    /for the gateway/,
    [...ENDPOINT, 'input_headers', 0],
  ];
  refuses([
    sending('Authorization'),
    sending('x_token', { auth_header_name: 'X-Token' }),
    sending('authorization', { auth_header_name: 'X-Token' }),
  ]);
});

describe('limits that KrakenD does not enforce', () => {
  const at = [...EXTRA, 'qos/ratelimit/router'];
  refuses([
    [
      'a client limit without a strategy',
      at,
      { client_max_rate: 5 },
      /counts nothing/,
      [...at, 'strategy'],
    ],
    [
      'an unknown strategy',
      at,
      { client_max_rate: 5, strategy: 'cookie' },
      /ip, header, param/,
      [...at, 'strategy'],
    ],
    ['a number in quotes', at, { max_rate: '5' }, /without quotes/, [...at, 'max_rate']],
    ['no number at all', at, { every: '1m' }, /limits nothing/],
    [
      'a time that cannot be read',
      at,
      { max_rate: 5, every: 'minute' },
      /no duration/,
      [...at, 'every'],
    ],
    ['less than a second', at, { max_rate: 5, every: '500ms' }, /one second/, [...at, 'every']],
    [
      'a header that is not named',
      at,
      { client_max_rate: 5, strategy: 'header' },
      /tells clients apart/,
      [...at, 'key'],
    ],
    [
      'a parameter that is not there',
      at,
      { client_max_rate: 5, strategy: 'param', key: 'x' },
      /no parameter/,
      [...at, 'key'],
    ],
    [
      'an address that anybody writes',
      at,
      { client_max_rate: 5, strategy: 'ip', key: 'X-Real-IP' },
      /any client/,
      [...at, 'key'],
    ],
    ['a misspelt key', at, { max_rates: 5 }, /max_rate is probably meant/, [...at, 'max_rates']],
  ]);

  const tiered = [...EXTRA, 'qos/ratelimit/tiered'];
  const gold = { tier_value: 'gold', ratelimit: { max_rate: 1, capacity: 1 } };
  const rest = { tier_value_as: '*', ratelimit: { max_rate: 1, capacity: 1 } };
  const tiers = (...tiers: readonly object[]) => ({ tier_key: 'X-Tier', tiers });
  refuses([
    ['tiers of nothing', tiered, { tiers: [gold] }, /names the tier/, [...tiered, 'tier_key']],
    ['no tiers', tiered, tiers(), /write the tiers/, [...tiered, 'tiers']],
    [
      'a tier that nothing limits',
      tiered,
      tiers({ tier_value: 'gold' }),
      /nothing limits/,
      [...tiered, 'tiers', 0],
    ],
    [
      'a tier whose limit counts nothing',
      tiered,
      tiers({ tier_value: 'gold', ratelimit: { client_max_rate: 5 } }),
      /counts nothing/,
      [...tiered, 'tiers', 0, 'ratelimit', 'strategy'],
    ],
    [
      'a tier without a value',
      tiered,
      tiers({ ratelimit: gold.ratelimit }),
      /value of the header/,
      [...tiered, 'tiers', 0, 'tier_value'],
    ],
    [
      'a tier behind one for all',
      tiered,
      tiers(rest, gold),
      /matches first/,
      [...tiered, 'tiers', 1],
    ],
    ['a tier twice', tiered, tiers(gold, gold), /matches first/, [...tiered, 'tiers', 1]],
    [
      'a tier by an expression',
      tiered,
      tiers({ ...gold, tier_value_as: 'policy' }),
      /expressions/,
      [...tiered, 'tiers', 0, 'tier_value_as'],
    ],
    [
      'a tier that is counted in Redis, without a store',
      tiered,
      tiers({ tier_value: 'gold', ratelimit_redis: { max_rate: 1, capacity: 1 } }),
      /option stores/,
      [...tiered, 'tiers', 0, 'ratelimit_redis'],
    ],
  ]);
});

describe('a service', () => {
  const cors = [...SERVICE, 'security/cors'];
  const http = [...SERVICE, 'security/http'];
  const router = [...SERVICE, 'router'];
  const plugins = [...SERVICE, 'plugin/http-server'];
  refuses([
    ['for every origin', cors, { allow_origins: ['*'] }, /any page/, [...cors, 'allow_origins']],
    [
      'for the origins that KrakenD takes by default',
      cors,
      {},
      /any page/,
      [...cors, 'allow_origins'],
    ],
    [
      'with a number as max_age',
      cors,
      { allow_origins: ['https://a.example'], max_age: 5 },
      /nanoseconds/,
      [...cors, 'max_age'],
    ],
    [
      'that lets preflights pass',
      cors,
      { allow_origins: ['https://a.example'], options_passthrough: true },
      /405/,
      [...cors, 'options_passthrough'],
    ],
    [
      'with a bad pattern of hosts',
      http,
      { allowed_hosts: ['a('], allowed_hosts_are_regex: true },
      /pattern/,
      [...http, 'allowed_hosts', 0],
    ],
    [
      'with a pattern of hosts that RE2 does not have',
      http,
      { allowed_hosts: ['(?=a)b'], allowed_hosts_are_regex: true },
      /pattern/,
      [...http, 'allowed_hosts', 0],
    ],
    [
      'with patterns of hosts that are missing',
      http,
      { allowed_hosts_are_regex: true },
      /patterns of the hosts/,
      [...http, 'allowed_hosts'],
    ],
    [
      'that believes hosts in headers',
      http,
      { host_proxy_headers: ['X-Host'] },
      /any client/,
      [...http, 'host_proxy_headers'],
    ],
    [
      'that redirects to TLS',
      http,
      { ssl_redirect: true },
      /where TLS ends/,
      [...http, 'ssl_redirect'],
    ],
    ['in development', http, { is_development: true }, /switches off/, [...http, 'is_development']],
    [
      'that believes other headers',
      router,
      { remote_ip_headers: ['CF-Connecting-IP'] },
      /trusted_proxies/,
      [...router, 'remote_ip_headers'],
    ],
    ['in App Engine', router, { app_engine: true }, /App Engine/, [...router, 'app_engine']],
    ['with revoked tokens', [...SERVICE, 'auth/revoker'], { N: 1 }, /isRevoked/],
    [
      'with files',
      [...SERVICE, 'server/static-filesystem'],
      { path: '.', prefix: '/' },
      /express.static/,
    ],
    [
      'with a plugin that does not run here',
      plugins,
      { name: ['geoip'] },
      /geoip/,
      [...plugins, 'name', 0],
    ],
    [
      'with a filter that is not named',
      plugins,
      { name: [], 'ip-filter': { CIDR: ['10.0.0.0/8'], allow: true } },
      /write both/,
    ],
    ['with a filter that is named alone', plugins, { name: ['ip-filter'] }, /write both/],
    [
      'with a filter that does not say which way',
      plugins,
      { name: ['ip-filter'], 'ip-filter': { CIDR: ['10.0.0.0/8'] } },
      /allowed/,
      [...plugins, 'ip-filter', 'allow'],
    ],
    [
      'with a filter that believes others',
      plugins,
      {
        name: ['ip-filter'],
        'ip-filter': { CIDR: ['10.0.0.0/8'], allow: true, trusted_proxies: ['10.1.0.0/16'] },
      },
      /same proxies/,
      [...plugins, 'ip-filter', 'trusted_proxies'],
    ],
    [
      'with a bot detector that finds none',
      [...SERVICE, 'security/bot-detector'],
      { allow: ['a'] },
      /no bot/,
    ],
    [
      'with a bad pattern of bots',
      [...SERVICE, 'security/bot-detector'],
      { patterns: ['('] },
      /pattern/,
      [...SERVICE, 'security/bot-detector', 'patterns', 0],
    ],
    [
      'with a pattern that RE2 does not have',
      [...SERVICE, 'security/bot-detector'],
      { patterns: ['(?=a)b'] },
      /pattern/,
      [...SERVICE, 'security/bot-detector', 'patterns', 0],
    ],
    ['with a limit in Redis', [...SERVICE, 'qos/ratelimit/service/redis'], { a: 1 }, /store/],
    [
      'that renames what frames an answer',
      [...SERVICE, 'modifier/response-headers'],
      { rename: { 'Content-Length': 'X-Length' } },
      /as it is/,
      [...SERVICE, 'modifier/response-headers', 'rename', 'Content-Length'],
    ],
    [
      'that renames a session',
      [...SERVICE, 'modifier/response-headers'],
      { rename: { 'X-Session': 'Mcp-Session-Id' } },
      /as it is/,
      [...SERVICE, 'modifier/response-headers', 'rename', 'X-Session'],
    ],
    [
      'that renames what it deletes',
      [...SERVICE, 'modifier/response-headers'],
      { rename: { 'X-A': 'X-B' }, delete: ['x-a'] },
      /another part/,
      [...SERVICE, 'modifier/response-headers', 'rename', 'X-A'],
    ],
    [
      'that renames to no name',
      [...SERVICE, 'modifier/response-headers'],
      { rename: { 'X-A': 5 } },
      /new name/,
      [...SERVICE, 'modifier/response-headers', 'rename', 'X-A'],
    ],
    ['with Lua', [...SERVICE, 'modifier/lua-endpoint'], { a: 1 }, /Lua/],
    ['with gRPC', [...SERVICE, 'grpc'], { a: 1 }, /gRPC/],
  ]);
});

describe('a text', () => {
  const json = JSON.stringify(base());
  test.each([
    ['a template', '{ "version": 3, {{ include "a" }} }', /render it first/],
    ['YAML', 'version: 3\nendpoints: []\n', /YAML or TOML/],
    ['a comment', json.replace('{', '{ // a\n'), /no JSON/],
    ['a trailing comma', json.replace(/\}$/, ',}'), /no JSON/],
    ['a byte order mark', `\uFEFF${json}`, /byte order mark/],
    ['a key twice', json.replace('{', '{"port":1,"port":2,'), /port stands twice/],
    [
      'a key twice, once escaped',
      json.replace('{', '{"port":1,"p\\u006frt":2,'),
      /port stands twice/,
    ],
    ['a list', '[]', /as an object/],
    ['null', 'null', /as an object/],
  ])('with %s is refused', (_what, text, message) => {
    expect(
      outcomeOf(text)
        .problems.map((problem) => problem.message)
        .join(),
    ).toMatch(message);
  });

  test('with the same key in two objects runs', () => {
    expect(
      outcomeOf(json.replace('{', '{"host":["http://a.example"],"name":"host, {host}",')).problems,
    ).toEqual([]);
  });
});

describe('several endpoints', () => {
  const [first] = (base() as { readonly endpoints: readonly object[] }).endpoints;
  const together = (...changes: readonly object[]) => ({
    version: 3,
    endpoints: changes.map((change) => ({ ...first, ...change })),
  });

  test.each([
    ['a method of a path twice', together({}, {}), /POST \/mcp twice/],
    [
      'paths that differ by the name of a parameter',
      together({ endpoint: '/{a}' }, { endpoint: '/{b}', method: 'GET' }),
      /\/\{a\} and \/\{b\} are one path/,
    ],
    [
      'a path with and without a slash at its end',
      together({}, { endpoint: '/mcp/', method: 'GET' }),
      /\/mcp and \/mcp\/ are one path/,
    ],
    [
      'headers for one method only',
      together({ input_headers: ['A'] }, { method: 'GET' }),
      /input_headers holds for POST and not in the same way for GET/,
    ],
    [
      'another backend for one method',
      together(
        {},
        { method: 'GET', backend: [{ url_pattern: '/other', host: ['http://127.0.0.1:9999'] }] },
      ),
      /url_pattern holds for POST and not in the same way for GET/,
    ],
    [
      'a rule for one method only',
      together({ method: 'GET' }, { extra_config: { 'validation/cel': [{ check_expr: 'true' }] } }),
      /validation\/cel holds for POST and not in the same way for GET/,
    ],
  ])('%s', (_what, document, message) => {
    expect(
      outcomeOf(document)
        .problems.map((problem) => problem.message)
        .join(),
    ).toMatch(message);
  });

  test('comments and limits may differ by method', () => {
    const limit = { 'qos/ratelimit/router': { max_rate: 5, capacity: 5 } };
    const { problems } = outcomeOf(
      together(
        { extra_config: limit, '@comment': 'a' },
        { method: 'GET', extra_config: { '@comment': 'b' } },
      ),
    );
    expect(problems).toEqual([]);
  });

  test('those that are not picked are not looked at', () => {
    const document = together({}, { endpoint: '/rest', output_encoding: 'json' });
    expect(outcomeOf(document).problems).toHaveLength(1);
    expect(outcomeOf(document, { only: ['/mcp'] }).problems).toEqual([]);
    expect(outcomeOf(document, { only: ['/none'] }).problems[0]?.message).toMatch(
      /no such endpoint/,
    );
  });
});
