import { duration } from '../fields/duration.ts';
import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anyObject, anyText, count, listOf, text } from '../fields/values.ts';
import { ignored } from '../fields/without-effect.ts';
import { BACKEND, type BackendValues } from './backend.ts';
import { BASIC, type BasicValues } from './basic.ts';
import { BOT_DETECTOR, type BotDetectorValues } from './bot-detector.ts';
import { CORS, type CorsValues } from './cors.ts';
import { CEL, type CelValues, PROXY, type ProxyValues } from './in-both.ts';
import { OLD_KEYS, OLD_NAMESPACES } from './old-names.ts';
import { POLICIES, type PoliciesValues } from './policies.ts';
import {
  LIMIT,
  type LimitValues,
  REDIS_LIMIT,
  type RedisLimitValues,
  TIERED,
  type TieredValues,
} from './rate-limit.ts';
import * as no from './refusals.ts';
import { SECURITY_HTTP, type SecurityHttpValues } from './security-http.ts';
import { ENDPOINT_API_KEYS, type EndpointApiKeysValues } from './service.ts';
import { TOOLS_ENTRY, type ToolsEntryValues } from './tools.ts';
import { VALIDATOR, type ValidatorValues } from './validator.ts';

/** The namespaces of an endpoint that are read. */
export type EndpointExtra = Given<{
  'ai/mcp': ToolsEntryValues;
  'auth/api-keys': EndpointApiKeysValues;
  'auth/basic': BasicValues;
  'auth/validator': ValidatorValues;
  proxy: ProxyValues;
  'qos/ratelimit/router': LimitValues;
  'qos/ratelimit/router/redis': RedisLimitValues;
  'qos/ratelimit/tiered': TieredValues;
  'security/bot-detector': BotDetectorValues;
  'security/cors': CorsValues;
  'security/http': SecurityHttpValues;
  'security/policies': PoliciesValues;
  'validation/cel': readonly CelValues[];
  'validation/json-schema': object;
}>;

const ENDPOINT_EXTRA: Field<EndpointExtra> = object<EndpointExtra>(
  {
    'ai/mcp': TOOLS_ENTRY,
    'auth/api-keys': ENDPOINT_API_KEYS,
    'auth/basic': BASIC,
    'auth/signer': no.SIGNER,
    'auth/validator': VALIDATOR,
    'documentation/openapi': ignored(),
    'documentation/postman': ignored(),
    'governance/quota': no.QUOTA,
    'modifier/jmespath': no.BODY_EDITS,
    'modifier/lua-endpoint': no.LUA,
    'modifier/lua-proxy': no.LUA,
    'modifier/request-body-extractor': no.BODY_EXTRACTOR,
    'modifier/request-body-extractor/early': no.BODY_EXTRACTOR,
    'modifier/request-body-generator': no.BODY_EDITS,
    'modifier/response-body': no.BODY_EDITS,
    'modifier/response-body-generator': no.BODY_EDITS,
    'plugin/middleware': no.PLUGIN,
    'plugin/req-resp-modifier': no.PLUGIN,
    proxy: PROXY,
    'qos/ratelimit/router': LIMIT,
    'qos/ratelimit/router/redis': REDIS_LIMIT,
    'qos/ratelimit/tiered': TIERED,
    'security/bot-detector': BOT_DETECTOR,
    'security/cors': CORS,
    'security/http': SECURITY_HTTP,
    'security/policies': POLICIES,
    'telemetry/opentelemetry': ignored(),
    'validation/cel': CEL,
    'validation/json-schema': anyObject,
    'validation/response-json-schema': no.RESPONSE_SCHEMA,
    websocket: no.WEBSOCKET,
  },
  OLD_NAMESPACES,
);

/** The values of an endpoint that are read. */
export type EndpointValues = Given<{
  backend: readonly BackendValues[];
  endpoint: string;
  extra_config: EndpointExtra;
  input_headers: readonly string[];
  input_query_strings: readonly string[];
  method: string;
  output_encoding: string;
  timeout: number;
}>;

/** One endpoint. */
export const ENDPOINT: Field<EndpointValues> = object<EndpointValues>(
  {
    backend: listOf(BACKEND),
    cache_ttl: ignored(),
    concurrent_calls: {
      ...count,
      kind: 'refused',
      read(notes, value) {
        if (value !== 1 && value !== 0) {
          notes.refuse(
            'KrakenD sends each message as often as that, with no-op too; take this out',
          );
        }
        return undefined;
      },
    },
    endpoint: text,
    extra_config: ENDPOINT_EXTRA,
    input_headers: listOf(text),
    input_query_strings: listOf(text),
    method: text,
    output_encoding: anyText,
    timeout: duration,
  },
  OLD_KEYS,
);
