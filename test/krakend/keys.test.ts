import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Field } from '../../src/krakend/fields/field.ts';
import { ROOT } from '../../src/krakend/table/root.ts';

/** The names of all keys of KrakenD's schema 2.13, which is not ours to bring along. */
const list = new URL('../../../shared/krakend/keys-2.13.txt', import.meta.url);

/** Where a file of the schema stands in a document, where its name does not say so. */
const PLACES: Readonly<Record<string, string>> = {
  '_root.json': '',
  'krakend.json': '',
  'endpoint.json': 'endpoints[]',
  'backend.json': 'endpoints[].backend[]',
  'backend_extra_config.json': 'endpoints[].backend[].extra_config',
  'endpoint_extra_config.json': 'endpoints[].extra_config',
  'service_extra_config.json': 'extra_config',
  'client_tls.json': 'client_tls',
  'tls.json': 'tls',
  'proxy.json': 'endpoints[].extra_config/proxy',
  'router.json': 'extra_config/router',
  'redis.json': 'extra_config/redis',
  'grpc.json': 'extra_config/grpc',
  'websocket.json': 'endpoints[].extra_config/websocket',
  'workflow.json': 'endpoints[].backend[].extra_config/workflow',
  'workflow_extra_config.json': 'endpoints[].backend[].extra_config/workflow',
  'async/amqp.json': 'async_agent',
  'auth/api-keys.json': 'extra_config/auth/api-keys',
  'auth/jose.json': 'extra_config/auth/validator',
  'ai/mcp_endpoint.json': 'endpoints[].extra_config/ai/mcp',
  'backend/http_client.json': 'endpoints[].backend[].extra_config/backend/http/client',
  'backend/pubsub/kafka/publisher.json':
    'endpoints[].backend[].extra_config/backend/pubsub/publisher/kafka',
  'backend/pubsub/kafka/subscriber.json':
    'endpoints[].backend[].extra_config/backend/pubsub/subscriber/kafka',
  'documentation/postman_endpoint.json': 'endpoints[].extra_config/documentation/postman',
  'modifier/lua.json': 'endpoints[].extra_config/modifier/lua-endpoint',
  'plugin/response-schema-validator.json': 'endpoints[].extra_config/plugin/req-resp-modifier',
  'qos/circuit-breaker-http.json': 'endpoints[].backend[].extra_config/qos/circuit-breaker/http',
  'qos/ratelimit/redis.json': 'endpoints[].extra_config/qos/ratelimit/router/redis',
  'telemetry/backend_log.json': 'endpoints[].backend[].extra_config/telemetry/logging',
  'telemetry/opentelemetry-backend.json':
    'endpoints[].backend[].extra_config/telemetry/opentelemetry',
  'telemetry/opentelemetry-endpoint.json': 'endpoints[].extra_config/telemetry/opentelemetry',
};

/** Files of parts that are refused as a whole, under another key. */
const WITHIN: readonly [prefix: string, place: string][] = [
  ['ai/', 'endpoints[].backend[].extra_config/ai/llm'],
  ['messaging/kafka/', 'async_agent'],
];

/** Plugins of the server. */
const SERVER_PLUGINS = [
  'geoip',
  'ip-filter',
  'jwk-aggregator',
  'redis-ratelimit',
  'static-filesystem',
  'url-rewrite',
  'virtualhost',
  'wildcard',
];

/** Files that describe other documents than a configuration. */
const NO_CONFIGURATION = ['e2e.json', 'flexible_config.json'];

function placeOf(file: string): string | undefined {
  const own = PLACES[file];
  if (own !== undefined) return own;
  const within = WITHIN.find(([prefix]) => file.startsWith(prefix));
  if (within !== undefined) return within[1];
  const name = file.replace(/\.json$/, '');
  const plugin = /^plugin\/(.+)$/.exec(name)?.[1] ?? '';
  if (SERVER_PLUGINS.includes(plugin)) return `extra_config/plugin/http-server/${plugin}`;
  const levels = ['endpoints[].extra_config', 'endpoints[].backend[].extra_config', 'extra_config'];
  return levels.map((level) => `${level}/${name}`).find((place) => fieldAt(place) !== undefined);
}

/** The field at a place, or the one above it that says what becomes of all in it. */
function fieldAt(place: string): Field | undefined {
  let field: Field = ROOT;
  let rest = place;
  while (rest !== '') {
    const items = field.items;
    if (rest.startsWith('[]')) {
      if (items === undefined) return isWhole(field) ? field : undefined;
      field = items;
      rest = rest.slice(2);
      continue;
    }
    rest = rest.replace(/^[./]/, '');
    const members = field.members;
    // What has items and no index is about them.
    if (members === undefined) return isWhole(field) ? field : undefined;
    const key = Object.keys(members)
      .filter(
        (own) => rest === own || (rest.startsWith(own) && '[./'.includes(rest[own.length] ?? '')),
      )
      .sort((one, other) => other.length - one.length)[0];
    if (key === undefined) return undefined;
    field = members[key] as Field;
    rest = rest.slice(key.length);
  }
  return field;
}

/** What has no effect has none as a whole; what is read without members is read as it is. */
function isWhole({ kind, members, items }: Field): boolean {
  return kind !== 'read' || (members === undefined && items === undefined);
}

interface Key {
  readonly file: string;
  readonly key: string;
}

function keysIn(text: string): Key[] {
  const keys: Key[] = [];
  let file = '';
  for (const line of text.split('\n')) {
    if (/^\S+\.json$/.test(line)) file = line;
    const [, own] = /^ {2}([^\t]+)\t/.exec(line) ?? [];
    if (own === undefined) continue;
    const [, other, rest] = /^<https:\/\/[^>]*\/v2\.13\/([^>]+)>\.(.+)$/.exec(own) ?? [];
    keys.push({ file: other ?? file, key: (rest ?? own).replace(/\*$/, '') });
  }
  return keys;
}

if (existsSync(list)) {
  const keys = keysIn(readFileSync(list, 'utf8')).filter(
    ({ file }) => !NO_CONFIGURATION.includes(file),
  );

  describe('each key of the schema is read, refused or ignored on purpose', () => {
    test('there are all of them', () => {
      expect(keys.length).toBeGreaterThan(2000);
    });

    test.each([...new Set(keys.map(({ file }) => file))])('%s', (file) => {
      const place = placeOf(file);
      expect([file, place]).toEqual([file, expect.any(String)]);
      const missing = keys
        .filter((key) => key.file === file)
        .map(({ key }) => (place === '' ? key : `${place}.${key}`))
        .filter((path) => fieldAt(path) === undefined);
      expect([...new Set(missing)]).toEqual([]);
    });
  });
} else {
  test.skip(`the list of keys is not there: ${list.pathname}`, () => {});
}
