import type { Hints } from '../fields/object.ts';

const now = (name: string) => `write ${name}, its name since version 3`;

/** Namespaces of 1.x, which KrakenD still takes. */
export const OLD_NAMESPACES: Hints = {
  'github.com/devopsfaith/krakend-jose/validator': now('auth/validator'),
  'github.com/devopsfaith/krakend-jose/signer': now('auth/signer'),
  'github.com/devopsfaith/krakend-oauth2-clientcredentials': now('auth/client-credentials'),
  'github.com/devopsfaith/krakend-ratelimit/juju/router': now('qos/ratelimit/router'),
  'github.com/devopsfaith/krakend-ratelimit/juju/proxy': now('qos/ratelimit/proxy'),
  'github.com/devopsfaith/krakend-circuitbreaker/gobreaker': now('qos/circuit-breaker'),
  'github.com/devopsfaith/krakend-cel': now('validation/cel'),
  'github.com/devopsfaith/krakend-martian': now('modifier/martian'),
  'github.com/devopsfaith/krakend-botdetector': now('security/bot-detector'),
  'github_com/devopsfaith/krakend-botdetector': now('security/bot-detector'),
  'github_com/devopsfaith/krakend-cors': now('security/cors'),
  'github_com/devopsfaith/krakend-httpsecure': now('security/http'),
  'github_com/devopsfaith/krakend/http': now('backend/http'),
  'github_com/devopsfaith/krakend/proxy': now('proxy'),
  'github_com/luraproject/lura/router/gin': now('router'),
};

/** Keys of 1.x at an endpoint and a backend. */
export const OLD_KEYS: Hints = {
  headers_to_pass: now('input_headers'),
  querystring_params: now('input_query_strings'),
  whitelist: now('allow'),
  blacklist: now('deny'),
};
