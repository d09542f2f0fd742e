import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MemoryStore } from 'express-rate-limit';
import {
  fromKrakend,
  type KrakendReadOptions,
  toGatewayConfigs,
} from '../../src/exports/krakend.ts';
import type { GatewayConfig } from '../../src/index.ts';
import { readDocument } from '../../src/krakend/read-document.ts';
import {
  BACKEND,
  BACKEND_EXTRA,
  base,
  ENDPOINT,
  EXTRA,
  SERVICE,
  type Step,
  VALIDATOR,
  withValue,
} from './support/base.ts';
import { outcomeOf } from './support/outcome.ts';

function configOf(document: object, options: KrakendReadOptions = {}): GatewayConfig {
  const [first] = toGatewayConfigs(document, options);
  return (first as NonNullable<typeof first>).config;
}

const HTTPS = base('https://a.example');

describe('options of a gateway', () => {
  test.each<[what: string, at: readonly Step[], value: unknown, options: object]>([
    ['a path without its slash', [...ENDPOINT, 'endpoint'], 'mcp', { path: '/mcp' }],
    ['a method in small letters', [...ENDPOINT, 'method'], 'post', { methods: ['POST'] }],
    ['no method', [...ENDPOINT, 'method'], undefined, { methods: ['GET'] }],
    [
      'a timeout',
      [...ENDPOINT, 'timeout'],
      '1m30s',
      { timeout: { response: 90_000, idle: 90_000 } },
    ],
    [
      'a timeout with a fraction',
      [...ENDPOINT, 'timeout'],
      '1.5s',
      { timeout: { response: 1500, idle: 1500 } },
    ],
    ['the timeout of the document', ['timeout'], '7s', { timeout: { response: 7000, idle: 7000 } }],
    ['the time for a connection', ['dialer_timeout'], '3s', { timeout: { connect: 3000 } }],
    ['the time for the head', ['response_header_timeout'], '4s', { timeout: { response: 4000 } }],
    [
      'headers',
      [...ENDPOINT, 'input_headers'],
      ['X-Tenant', 'Content-Type'],
      { headers: expect.objectContaining({ forward: ['X-Tenant'] }) },
    ],
    [
      'parameters of the query',
      [...ENDPOINT, 'input_query_strings'],
      ['a', 'b'],
      { query: { forward: ['a', 'b'] } },
    ],
    [
      'a host without a scheme',
      [...BACKEND, 'host'],
      ['a.example:8080'],
      { target: 'http://a.example:8080/mcp' },
    ],
    [
      'several hosts, one twice',
      [...BACKEND, 'host'],
      ['http://a.example', 'http://b.example', 'http://b.example/'],
      { target: ['http://a.example/mcp', 'http://b.example/mcp', 'http://b.example/mcp'] },
    ],
    [
      'a pattern with a query',
      [...BACKEND, 'url_pattern'],
      '/x?key=1',
      { target: 'http://127.0.0.1:9999/x?key=1' },
    ],
    ['no pattern', [...BACKEND, 'url_pattern'], undefined, { target: 'http://127.0.0.1:9999/' }],
    [
      'a breaker',
      [...BACKEND_EXTRA, 'qos/circuit-breaker'],
      { interval: 60, timeout: 10, max_errors: 1 },
      { breaker: { failures: 2, openFor: '10s' } },
    ],
    [
      'a breaker with a timeout of zero',
      [...BACKEND_EXTRA, 'qos/circuit-breaker'],
      { interval: 1, timeout: 0, max_errors: 0 },
      { breaker: { failures: 1, openFor: '60s' } },
    ],
    ['the largest message', [...EXTRA, 'proxy'], { max_payload: 1000 }, { bodyLimit: 1000 }],
    [
      'the largest message of the service',
      [...SERVICE, 'router'],
      { max_payload: 500 },
      { bodyLimit: 500 },
    ],
    [
      'a limit',
      [...EXTRA, 'qos/ratelimit/router'],
      { max_rate: 5, capacity: 7, every: '1m' },
      {
        rateLimit: [
          {
            burst: 7,
            refill: { amount: 5, every: 60_000 },
            by: expect.any(Function),
            name: 'router.POST',
            match: { httpMethod: 'POST' },
          },
        ],
      },
    ],
    [
      'a limit for each address',
      [...EXTRA, 'qos/ratelimit/router'],
      { client_max_rate: 0.5, client_capacity: 3, strategy: 'ip' },
      {
        rateLimit: [
          {
            burst: 3,
            refill: { amount: 0.5, every: 1000 },
            by: 'ip',
            name: 'router.POST.client',
            match: { httpMethod: 'POST' },
          },
        ],
      },
    ],
    [
      'a limit without capacity',
      [...EXTRA, 'qos/ratelimit/router'],
      { max_rate: 10, every: '1m' },
      {
        rateLimit: [expect.objectContaining({ burst: 10, refill: { amount: 10, every: 60_000 } })],
      },
    ],
    [
      'a limit of the backend, at any pace',
      [...BACKEND_EXTRA, 'qos/ratelimit/proxy'],
      { max_rate: 5, capacity: 5, every: '100ms' },
      {
        rateLimit: [
          expect.objectContaining({
            burst: 5,
            refill: { amount: 5, every: 100 },
            name: 'proxy.POST',
          }),
        ],
      },
    ],
    [
      'a limit of the service',
      [...SERVICE, 'qos/ratelimit/service'],
      { max_rate: 5, capacity: 5 },
      { rateLimit: [expect.objectContaining({ burst: 5, name: 'service' })] },
    ],
    [
      'origins',
      [...SERVICE, 'security/cors'],
      {
        allow_origins: ['https://a.example', 'https://*.b.example'],
        allow_headers: ['X-A'],
        expose_headers: ['X-B'],
        max_age: '1h',
      },
      {
        cors: {
          origin: ['https://a.example', 'https://*.b.example'],
          allowedHeaders: ['X-A'],
          exposedHeaders: ['X-B'],
          maxAge: 3_600_000,
        },
      },
    ],
    [
      'origins of the endpoint',
      [...EXTRA, 'security/cors'],
      { allow_origins: ['https://c.example'], allow_credentials: true },
      { cors: { origin: ['https://c.example'], credentials: true } },
    ],
    [
      'hosts',
      [...SERVICE, 'security/http'],
      { allowed_hosts: ['a.example:8080'] },
      { hosts: ['a.example:8080'] },
    ],
    [
      'addresses that may',
      [...SERVICE, 'plugin/http-server'],
      { name: ['ip-filter'], 'ip-filter': { CIDR: ['10.0.0.0/8'], allow: true } },
      { ipFilter: { allow: ['10.0.0.0/8'] } },
    ],
    [
      'addresses that may not',
      [...SERVICE, 'plugin/http-server'],
      { name: ['ip-filter'], 'ip-filter': { CIDR: ['10.0.0.0/8'], allow: false } },
      { ipFilter: { deny: ['10.0.0.0/8'] } },
    ],
    [
      'headers of answers',
      [...SERVICE, 'modifier/response-headers'],
      { add: { 'X-A': ['1'] }, replace: { 'X-B': ['2'] }, delete: ['Server'] },
      {
        headers: expect.objectContaining({
          response: { set: { 'X-B': '2' }, remove: ['Server'] },
        }),
      },
    ],
    [
      'a token of the gateway',
      [...BACKEND_EXTRA, 'auth/client-credentials'],
      {
        client_id: 'a',
        client_secret: 'b',
        token_url: 'https://idp.example/token',
        scopes: 'x,y',
        endpoint_params: { audience: ['z'] },
      },
      {
        headers: expect.objectContaining({
          set: expect.objectContaining({ Authorization: expect.any(Function) }),
        }),
      },
    ],
  ])('%s', (_what, at, value, options) => {
    expect(configOf(withValue(base(), at, value))).toMatchObject(options);
  });

  test('a timeout of zero is none', () => {
    const config = configOf(withValue(base(), [...ENDPOINT, 'timeout'], '0s'));
    expect(config).not.toHaveProperty('timeout');
  });

  test('parameters of the path are a route of Express, and of the target', () => {
    const [own] = toGatewayConfigs(
      withValue(
        withValue(base(), [...ENDPOINT, 'endpoint'], '/t/{tenant}/mcp'),
        [...BACKEND, 'url_pattern'],
        '/{tenant}/mcp',
      ),
    );
    expect(own).toMatchObject({
      path: '/t/:tenant/mcp',
      config: { path: '/', target: 'http://127.0.0.1:9999/{tenant}/mcp' },
    });
  });

  test('a file with authorities and a certificate is read', () => {
    const file = join(tmpdir(), `krakend-${process.pid}.pem`);
    writeFileSync(file, 'PEM');
    const tls = {
      ca_certs: [file],
      disable_system_ca_pool: true,
      client_certs: [{ certificate: file, private_key: file }],
    };
    const [own] = readDocument(withValue(HTTPS, ['client_tls'], tls), {}).gateways;
    expect(own?.config.tls).toEqual({ ca: ['PEM'], cert: 'PEM', key: 'PEM' });
    expect(() => configOf(withValue(HTTPS, ['client_tls'], tls))).toThrow(/certificates in PEM/);
    const { problems } = outcomeOf(withValue(HTTPS, ['client_tls'], { ca_certs: ['/none'] }));
    expect(problems[0]).toMatchObject({
      path: 'client_tls.ca_certs[0]',
      message: expect.stringMatching(/cannot be read/),
    });
  });

  test('the second list of headers holds as well', () => {
    const document = withValue(
      withValue(base(), [...ENDPOINT, 'input_headers'], ['X-A', 'X-B']),
      [...BACKEND, 'input_headers'],
      ['x-b', 'X-C'],
    );
    expect(configOf(document).headers).toMatchObject({ forward: ['x-b'] });
  });

  test('statuses of the breaker of Enterprise are all but those that are valid', () => {
    const breaker = { interval: 60, timeout: 10, max_errors: 3, valid_status_codes: [200, 404] };
    const config = configOf(
      withValue(base(), [...BACKEND_EXTRA, 'qos/circuit-breaker/http'], breaker),
    );
    const { statuses = [] } = config.breaker as { readonly statuses?: readonly number[] };
    expect(statuses).toContain(500);
    expect(statuses).not.toContain(404);
  });
});

describe('limits in Redis', () => {
  const store = new MemoryStore();
  const limit = {
    client_max_rate: 5,
    every: '1m',
    strategy: 'ip',
    connection_pool: 'main',
    on_failure_allow: true,
  };
  const document = withValue(base(), [...EXTRA, 'qos/ratelimit/router/redis'], limit);

  test('are counted in the store of that name', () => {
    expect(configOf(document, { stores: { main: store } }).rateLimit).toEqual([
      {
        limit: 5,
        window: 60_000,
        store,
        onStoreError: 'allow',
        by: 'ip',
        name: expect.stringMatching(/^router\.POST\.redis\.[0-9a-f]{8}\.client$/),
        match: { httpMethod: 'POST' },
      },
    ]);
  });

  test.each([
    [
      { client_max_rate: 5, client_capacity: 100, every: '1s' },
      { limit: 100, window: 20_000 },
    ],
    [
      { client_max_rate: 10, client_capacity: 1, every: '1s' },
      { limit: 1, window: 100 },
    ],
    [
      { client_max_rate: 1.5, client_capacity: 4, every: '1s' },
      { limit: 4, window: 2667 },
    ],
  ])('never allow more in the long run than the document does: %j', (values, expected) => {
    const own = withValue(base(), [...EXTRA, 'qos/ratelimit/router/redis'], {
      ...limit,
      ...values,
    });
    expect(configOf(own, { stores: { main: store } }).rateLimit).toMatchObject([expected]);
  });

  test('are refused without one, and a failure of the store refuses by default', () => {
    expect(outcomeOf(document, { stores: {} }).problems[0]?.message).toMatch(
      /option stores with main/,
    );
    const strict = withValue(
      document,
      [...EXTRA, 'qos/ratelimit/router/redis', 'on_failure_allow'],
      undefined,
    );
    expect(configOf(strict, { stores: { main: store } }).rateLimit).toMatchObject([
      { onStoreError: 'deny' },
    ]);
  });
});

test('an option that is none is refused', () => {
  const options = { alow: ['any-issuer'], allow: ['anything'] } as object;
  const texts = outcomeOf(base(), options)
    .problems.map(({ message }) => message)
    .join();
  expect(texts).toMatch(/no option alow/);
  expect(texts).toMatch(/not anything/);
});

describe('warnings', () => {
  test.each<[what: string, at: readonly Step[], value: unknown, path: string, message: RegExp]>([
    [
      'all headers',
      [...ENDPOINT, 'input_headers'],
      ['*'],
      'endpoints[0].input_headers',
      /Authorization and Cookie/,
    ],
    [
      'headers of a connection',
      [...ENDPOINT, 'input_headers'],
      ['TE'],
      'endpoints[0].input_headers[0]',
      /one connection/,
    ],
    ['no origins', [], {}, '', /another Origin is refused/],
    [
      'no trusted proxies',
      [],
      {},
      'extra_config.router.trusted_proxies',
      /believes X-Forwarded-For from anybody/,
    ],
    [
      'several hosts',
      [...BACKEND, 'host'],
      ['http://a.example', 'http://b.example'],
      'endpoints[0].backend[0].host',
      /less busy/,
    ],
    [
      'a breaker',
      [...BACKEND_EXTRA, 'qos/circuit-breaker'],
      { interval: 60, timeout: 10, max_errors: 1 },
      'endpoints[0].backend[0].extra_config["qos/circuit-breaker"].interval',
      /clock/,
    ],
    [
      'a limit without capacity',
      [...EXTRA, 'qos/ratelimit/router'],
      { max_rate: 5 },
      'endpoints[0].extra_config["qos/ratelimit/router"].capacity',
      /5 may come at once/,
    ],
    ['a group', [...BACKEND, 'group'], 'a', 'endpoints[0].backend[0].group', /no-op/],
    ['a filter of members', [...BACKEND, 'deny'], ['a'], 'endpoints[0].backend[0].deny', /no-op/],
    ['a cut after a time', ['write_timeout'], '5s', 'write_timeout', /every event stream/],
    ['HTTP/2 without TLS', ['use_h2c'], true, 'use_h2c', /not served/],
    ['pages for debugging', ['debug_endpoint'], true, 'debug_endpoint', /not served/],
    [
      'logs',
      [...SERVICE, 'telemetry/logging'],
      { level: 'INFO' },
      'extra_config["telemetry/logging"]',
      /accessLog/,
    ],
    [
      'telemetry',
      [...SERVICE, 'telemetry/opentelemetry'],
      { exporters: {} },
      'extra_config["telemetry/opentelemetry"]',
      /nothing is exported/,
    ],
    [
      'metrics',
      [...SERVICE, 'telemetry/metrics'],
      { a: 1 },
      'extra_config["telemetry/metrics"]',
      /nothing is exported/,
    ],
    [
      'a method that is not allowed',
      [...SERVICE, 'security/cors'],
      { allow_origins: ['https://a.example'], allow_methods: ['GET'] },
      'extra_config["security/cors"].allow_methods',
      /POST/,
    ],
    [
      'a host without a port',
      [...SERVICE, 'security/http'],
      { allowed_hosts: ['a.example'] },
      'extra_config["security/http"].allowed_hosts',
      /any port/,
    ],
    [
      'headers of TLS',
      [...SERVICE, 'security/http'],
      { ssl_proxy_headers: { a: 'b' } },
      'extra_config["security/http"].ssl_proxy_headers',
      /from anybody/,
    ],
    [
      'a token',
      [...EXTRA, 'auth/validator'],
      VALIDATOR,
      'endpoints[0].extra_config["auth/validator"]',
      /cookie access_token/,
    ],
    [
      'a token without a public URL',
      [...EXTRA, 'auth/validator'],
      VALIDATOR,
      'endpoints[0].extra_config["auth/validator"]',
      /publicUrl/,
    ],
    [
      'keys over http',
      [...EXTRA, 'auth/validator'],
      { ...VALIDATOR, jwk_url: 'http://idp.internal/jwks', disable_jwk_security: true },
      'endpoints[0].extra_config["auth/validator"].jwk_url',
      /over http/,
    ],
    [
      'a claim in a header that is not listed',
      [...EXTRA, 'auth/validator'],
      { ...VALIDATOR, propagate_claims: [['sub', 'X-User']] },
      'endpoints[0].extra_config["auth/validator"].propagate_claims[0]',
      /would not send X-User/,
    ],
  ])('%s', (_what, at, value, path, message) => {
    const document = at.length === 0 ? base() : withValue(base(), at, value);
    const { problems, warnings } = outcomeOf(document);
    expect(problems).toEqual([]);
    const texts = warnings.filter((own) => own.path === path).map((own) => own.message);
    expect(texts.join('\n')).toMatch(message);
  });

  test('what changes nothing is not spoken of', () => {
    const document = {
      ...base(),
      $schema: 'https://www.krakend.io/schema/v2.13/krakend.json',
      '@comment': 'a',
      _note: 1,
      '#x': 2,
      name: 'gateway',
      cache_ttl: '5m',
      max_idle_connections: 5,
      disable_keep_alives: true,
      extra_config: { 'documentation/openapi': { a: 1 }, router: { hide_version_header: true } },
    };
    expect(outcomeOf(document)).toEqual(outcomeOf(base()));
  });
});

describe('what is said of the server', () => {
  test('is data', () => {
    const { listen } = fromKrakend({
      ...base(),
      port: 9000,
      listen_ip: '127.0.0.1',
      read_timeout: '1m',
      idle_timeout: '30s',
      max_shutdown_wait_time: '20s',
      max_header_bytes: 5000,
      tls: { keys: [{ public_key: 'a.pem', private_key: 'b.pem' }], min_version: 'TLS12' },
    });
    expect(listen).toEqual({
      errorBody: {},
      log: { level: 'info', format: 'text', skip: [] },
      port: 9000,
      host: '127.0.0.1',
      limits: { requestTimeout: 60_000, keepAliveTimeout: 30_000 },
      graceMs: 20_000,
      maxHeaderSize: 5000,
      healthPath: '/__health',
      tls: {
        keys: [{ cert: 'a.pem', key: 'b.pem' }],
        minVersion: 'TLSv1.2',
        ca: [],
        requestCert: false,
      },
    });
  });

  test('is what KrakenD has by default where the document is silent', () => {
    expect(fromKrakend(base()).listen).toMatchObject({
      port: 8080,
      host: undefined,
      tls: undefined,
    });
    expect(fromKrakend({ ...base(), port: 0 }).listen.port).toBe(8080);
  });

  test('may come from the environment, as in KrakenD', () => {
    const env = { KRAKEND_PORT: '9001', KRAKEND_LISTEN_IP: '::1', KRAKEND_X: 'y', PORT: '1' };
    const { listen, warnings } = fromKrakend(base(), { env });
    expect(listen).toMatchObject({ port: 9001, host: '::1' });
    expect(warnings.map(({ message }) => message)).toContain(
      'the variable KRAKEND_X has no effect here',
    );
    expect(fromKrakend(base(), { env: {} }).listen.port).toBe(8080);
    expect(outcomeOf(base(), { env: { KRAKEND_PORT: 'many' } }).problems[0]?.path).toBe('port');
    const noHost = withValue(base(), [...BACKEND, 'host'], undefined);
    const config = configOf(noHost, {
      env: { KRAKEND_HOST: 'http://env.example', KRAKEND_TIMEOUT: '3s' },
    });
    expect(config).toMatchObject({ target: 'http://env.example/mcp', timeout: { response: 3000 } });
  });
});
