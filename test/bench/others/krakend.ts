import type { Issuer } from '../machine/issuer.ts';
import type { Other, Places } from './other.ts';

export const krakend: Other = {
  command: 'krakend',
  version: ['version'],
  versionIn: /KrakenD Version: (\d\S*)/,
  file: 'krakend.json',
  check: (file) => ['check', '--config', file],
  run: (file, { port }) => ['run', '--config', file, '--port', String(port)],
  // It would tell its makers that it runs.
  env: { USAGE_DISABLE: '1', GOMAXPROCS: '1' },
};

const HEADERS = [
  'Accept',
  'Content-Type',
  'Last-Event-Id',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'Origin',
  'User-Agent',
];
const FAR_AWAY = 1_000_000_000;

/** Three endpoints that relay what they get, without an access log. */
export function krakendRelay(places: Places): string {
  return document(places, {}, {});
}

/** What `everything on` of this package has, as far as KrakenD can: it does not look into bodies. */
export function krakendChain(places: Places, issuer: Issuer): string {
  const endpoint = {
    'qos/ratelimit/router': {
      max_rate: FAR_AWAY,
      client_max_rate: FAR_AWAY,
      strategy: 'ip',
    },
    'auth/validator': {
      alg: 'ES256',
      issuer: issuer.url,
      audience: [issuer.audience],
      jwk_url: issuer.jwksUri,
      disable_jwk_security: true,
      cache: true,
    },
    'validation/cel': [{ check_expr: "JWT.sub != ''" }, { check_expr: "req_method != 'PATCH'" }],
  };
  const backend = {
    'modifier/martian': {
      'fifo.Group': {
        scope: ['request'],
        modifiers: ['X-Api-Key', 'X-Tenant', 'X-User'].map((name) => ({
          'header.Modifier': { scope: ['request'], name, value: 'bench' },
        })),
      },
    },
  };
  return document(places, endpoint, backend, {
    'security/cors': {
      allow_origins: [issuer.origin],
      allow_methods: ['GET', 'POST', 'DELETE'],
      allow_headers: HEADERS,
    },
  });
}

function document(
  { port, upstream }: Places,
  ofEndpoint: object,
  ofBackend: object,
  ofService: object = {},
): string {
  const endpoints = ['POST', 'GET', 'DELETE'].map((method) => ({
    endpoint: '/mcp',
    method,
    output_encoding: 'no-op',
    timeout: '5m',
    input_headers: HEADERS,
    extra_config: ofEndpoint,
    backend: [
      {
        url_pattern: '/mcp',
        host: [`http://127.0.0.1:${upstream}`],
        extra_config: ofBackend,
      },
    ],
  }));
  const settings = {
    $schema: 'https://www.krakend.io/schema/v2.13/krakend.json',
    version: 3,
    port,
    max_idle_connections_per_host: 250,
    extra_config: {
      router: { disable_access_log: true },
      'telemetry/logging': { level: 'ERROR', stdout: false, syslog: false },
      ...ofService,
    },
    endpoints,
  };
  return JSON.stringify(settings, null, 2);
}
