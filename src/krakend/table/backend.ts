import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { amount, anything, count, flag, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';
import { CLIENT_TLS, type ClientTlsValues } from './client-tls.ts';
import { CEL, type CelValues, PROXY, type ProxyValues } from './in-both.ts';
import { MARTIAN, type MartianTree } from './martian.ts';
import { OLD_KEYS, OLD_NAMESPACES } from './old-names.ts';
import { BACKEND_POLICIES, type PoliciesValues } from './policies.ts';
import { BACKEND_LIMIT, type BackendLimitValues } from './rate-limit.ts';
import * as no from './refusals.ts';

const UNUSED = ignored('KrakenD does not use it with no-op, and neither does this package');

const BREAKER = {
  interval: count,
  log_status_change: ignored(),
  max_errors: count,
  name: ignored(),
  timeout: count,
} as const;

/** The values of a circuit breaker. */
export type BreakerValues = Given<{ interval: number; max_errors: number; timeout: number }>;

/** The same, with the statuses that are no failures. */
export type HttpBreakerValues = BreakerValues & Given<{ valid_status_codes: readonly number[] }>;

/** How the gateway gets a token for itself. */
export type ClientCredentialsValues = Given<{
  client_id: string;
  client_secret: string;
  endpoint_params: unknown;
  scopes: string;
  token_url: string;
}>;

/** How a backend is reached. */
export type HttpClientValues = Given<{
  client_tls: ClientTlsValues;
  no_redirect: boolean;
  proxy_address: string;
}>;

/** The namespaces of a backend that are read. */
export type BackendExtra = Given<{
  'auth/client-credentials': ClientCredentialsValues;
  'backend/http/client': HttpClientValues;
  'modifier/martian': MartianTree;
  proxy: ProxyValues;
  'qos/circuit-breaker': BreakerValues;
  'qos/circuit-breaker/http': HttpBreakerValues;
  'qos/ratelimit/proxy': BackendLimitValues;
  'security/policies': PoliciesValues;
  'validation/cel': readonly CelValues[];
}>;

const BACKEND_EXTRA: Field<BackendExtra> = object<BackendExtra>(
  {
    'ai/llm': no.OTHER_BACKEND,
    'auth/aws-sigv4': no.CLOUD_CREDENTIALS,
    'auth/client-credentials': object<ClientCredentialsValues>({
      client_id: text,
      client_secret: text,
      endpoint_params: anything,
      scopes: text,
      token_url: text,
    }),
    'auth/gcp': no.CLOUD_CREDENTIALS,
    'auth/ntlm': no.CLOUD_CREDENTIALS,
    'backend/amqp/consumer': no.OTHER_BACKEND,
    'backend/amqp/producer': no.OTHER_BACKEND,
    'backend/conditional': refused(
      'KrakenD chooses among backends by a condition here; write one endpoint for each',
    ),
    'backend/graphql': no.OTHER_BACKEND,
    'backend/grpc': no.GRPC,
    'backend/http': object({ return_error_code: ignored(), return_error_details: ignored() }),
    'backend/http/client': object<HttpClientValues>({
      client_tls: CLIENT_TLS,
      no_redirect: flag,
      proxy_address: text,
      send_body_on_redirect: ignored('redirects are not followed here: they are answered with 502'),
    }),
    'backend/lambda': no.OTHER_BACKEND,
    'backend/pubsub/publisher': no.OTHER_BACKEND,
    'backend/pubsub/publisher/kafka': no.OTHER_BACKEND,
    'backend/pubsub/subscriber': no.OTHER_BACKEND,
    'backend/pubsub/subscriber/kafka': no.OTHER_BACKEND,
    'backend/soap': no.OTHER_BACKEND,
    'backend/static-filesystem': no.OTHER_BACKEND,
    'governance/quota': no.QUOTA,
    'modifier/body-generator': no.BODY_EDITS,
    'modifier/jmespath': no.BODY_EDITS,
    'modifier/lua-backend': no.LUA,
    'modifier/martian': MARTIAN,
    'modifier/request-body-generator': no.BODY_EDITS,
    'modifier/response-body': no.BODY_EDITS,
    'modifier/response-body-generator': no.BODY_EDITS,
    'plugin/http-client': no.PLUGIN,
    'plugin/middleware': no.PLUGIN,
    'plugin/req-resp-modifier': no.PLUGIN,
    proxy: PROXY,
    'qos/circuit-breaker': object<BreakerValues>(BREAKER, {
      maxErrors: 'max_errors is probably meant',
    }),
    'qos/circuit-breaker/http': object<HttpBreakerValues>({
      ...BREAKER,
      valid_status_codes: listOf(amount),
    }),
    'qos/http-cache': refused('answers are not kept here: it would keep event streams'),
    'qos/ratelimit/proxy': BACKEND_LIMIT,
    'security/policies': BACKEND_POLICIES,
    'telemetry/logging': ignored(),
    'telemetry/opentelemetry': ignored(),
    'validation/cel': CEL,
    'validation/response-json-schema': no.RESPONSE_SCHEMA,
    workflow: refused('an endpoint has one backend here; write the workflow as an endpoint'),
  },
  OLD_NAMESPACES,
);

/** The values of a backend that are read. */
export type BackendValues = Given<{
  disable_host_sanitize: boolean;
  extra_config: BackendExtra;
  host: readonly string[];
  input_headers: readonly string[];
  input_query_strings: readonly string[];
  method: string;
  sd: string;
  url_pattern: string;
}>;

/** One backend. */
export const BACKEND: Field<BackendValues> = object<BackendValues>(
  {
    allow: UNUSED,
    deny: UNUSED,
    disable_host_sanitize: flag,
    encoding: ignored(),
    extra_config: BACKEND_EXTRA,
    group: UNUSED,
    host: listOf(text),
    input_headers: listOf(text),
    input_query_strings: listOf(text),
    is_collection: UNUSED,
    mapping: UNUSED,
    method: text,
    sd: text,
    sd_scheme: ignored(),
    target: UNUSED,
    url_pattern: text,
  },
  OLD_KEYS,
);
