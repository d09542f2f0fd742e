import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { amount, anyObject, anyText, anything, listOf, oneOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';
import { BASIC, type BasicValues } from './basic.ts';
import { BOT_DETECTOR, type BotDetectorValues } from './bot-detector.ts';
import { CORS, type CorsValues } from './cors.ts';
import { HTTP_SERVER_PLUGINS, type HttpServerPlugins } from './http-server-plugins.ts';
import { OLD_NAMESPACES } from './old-names.ts';
import {
  LIMIT,
  type LimitValues,
  REDIS_LIMIT,
  type RedisLimitValues,
  TIERED,
  type TieredValues,
} from './rate-limit.ts';
import * as no from './refusals.ts';
import { ROUTER, type RouterValues } from './router.ts';
import { SECURITY_HTTP, type SecurityHttpValues } from './security-http.ts';
import { type LoggingValues, SERVICE_TELEMETRY } from './telemetry.ts';
import { TOOL_SERVERS, type ToolServersValues } from './tools.ts';
import { VIRTUAL_HOST, type VirtualHostValues } from './virtual-host.ts';

/** The values of API keys that are read. */
export type ApiKeysValues = Given<{
  hash: 'plain' | 'sha256' | 'fnv128' | 'sha1';
  identifier: string;
  keys: readonly Given<{ key: string; roles: readonly string[] }>[];
  propagate_role: string;
  strategy: 'header' | 'query_string';
}>;

/** Keys of callers, and what they may do. */
export const API_KEYS: Field<ApiKeysValues> = object<ApiKeysValues>({
  hash: oneOf('plain', 'sha256', 'fnv128', 'sha1'),
  identifier: text,
  keys: listOf(
    object<Given<{ key: string; roles: readonly string[] }>>({ key: text, roles: listOf(text) }),
  ),
  propagate_role: anyText,
  salt: refused('write the hashes of the keys without salt: sha256'),
  strategy: oneOf('header', 'query_string'),
});

/** The values of `modifier/response-headers` that are read. */
export type ResponseHeadersValues = Given<{
  add: unknown;
  delete: readonly string[];
  rename: object;
  replace: unknown;
}>;

/** Headers of all answers. */
export const RESPONSE_HEADERS: Field<ResponseHeadersValues> = object<ResponseHeadersValues>({
  add: anything,
  delete: listOf(text),
  rename: anyObject,
  replace: anything,
});

/** The namespaces of a service that are read. */
export type ServiceExtra = Given<{
  'ai/mcp': ToolServersValues;
  'auth/api-keys': ApiKeysValues;
  'auth/basic': BasicValues;
  'auth/revoker': object;
  'modifier/response-headers': ResponseHeadersValues;
  'plugin/http-server': HttpServerPlugins;
  'qos/ratelimit/service': LimitValues;
  'qos/ratelimit/service/redis': RedisLimitValues;
  'qos/ratelimit/tiered': TieredValues;
  router: RouterValues;
  'security/bot-detector': BotDetectorValues;
  'security/cors': CorsValues;
  'security/http': SecurityHttpValues;
  'server/virtualhost': VirtualHostValues;
  'telemetry/logging': LoggingValues;
}>;

/** `extra_config` of the document. */
export const SERVICE_EXTRA: Field<ServiceExtra> = object<ServiceExtra>(
  {
    'ai/mcp': TOOL_SERVERS,
    'auth/api-keys': API_KEYS,
    'auth/basic': BASIC,
    'auth/revoker': anyObject,
    'auth/validator': object({ shared_cache_duration: ignored() }),
    'documentation/openapi': ignored(),
    'documentation/postman': ignored(),
    'governance/processors': no.QUOTA,
    'governance/quota': no.QUOTA,
    grpc: no.GRPC,
    'modifier/lua-endpoint': no.LUA,
    'modifier/request-body-extractor': no.BODY_EXTRACTOR,
    'modifier/response-headers': RESPONSE_HEADERS,
    'plugin/http-server': HTTP_SERVER_PLUGINS,
    'qos/ratelimit/service': LIMIT,
    'qos/ratelimit/service/redis': REDIS_LIMIT,
    'qos/ratelimit/tiered': TIERED,
    redis: ignored('the option stores brings what is kept in Redis; this is not read'),
    router: ROUTER,
    'security/bot-detector': BOT_DETECTOR,
    'security/cors': CORS,
    'security/http': SECURITY_HTTP,
    'server/static-filesystem': refused('files are not served here; write express.static'),
    'server/virtualhost': VIRTUAL_HOST,
    ...SERVICE_TELEMETRY,
  },
  OLD_NAMESPACES,
);

/** The values of API keys at an endpoint that are read. */
export type EndpointApiKeysValues = Given<{
  client_max_rate: number;
  identifier: string;
  roles: readonly string[];
  strategy: 'header' | 'query_string';
}>;

/** API keys at an endpoint. */
export const ENDPOINT_API_KEYS: Field<EndpointApiKeysValues> = object<EndpointApiKeysValues>({
  client_max_rate: amount,
  identifier: text,
  roles: listOf(text),
  strategy: oneOf('header', 'query_string'),
});
