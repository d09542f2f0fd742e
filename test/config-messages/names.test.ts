import { expect, test } from '@jest/globals';
import { sentencesOf, untyped } from './support/sentences.ts';

const { apiKey, createMcpGateway, jwt } = untyped;
const target = 'https://mcp.example/mcp';
const HASH = 'a'.repeat(64);

test.each<[what: string, create: () => unknown, sentences: string[]]>([
  [
    'url',
    () => createMcpGateway({ target, url: 'x' }),
    ['url: there is no such option; did you mean target? (unknown_option)'],
  ],
  [
    'upstream',
    () => createMcpGateway({ target, upstream: 'x' }),
    ['upstream: there is no such option; did you mean target? (unknown_option)'],
  ],
  [
    'backend',
    () => createMcpGateway({ target, backend: 'x' }),
    ['backend: there is no such option; did you mean target? (unknown_option)'],
  ],
  [
    'router',
    () => createMcpGateway({ target, router: 'x' }),
    [
      'router: there is no such option; use a name in braces in target, or a gateway for each upstream (unknown_option)',
    ],
  ],
  [
    'changeOrigin',
    () => createMcpGateway({ target, changeOrigin: 'x' }),
    [
      'changeOrigin: there is no such option; leave it out: Host is always that of the target, or headers.host (unknown_option)',
    ],
  ],
  [
    'pathRewrite',
    () => createMcpGateway({ target, pathRewrite: 'x' }),
    [
      'pathRewrite: there is no such option; leave it out: the path is that of target, whatever the client asked for (unknown_option)',
    ],
  ],
  [
    'secure',
    () => createMcpGateway({ target, secure: 'x' }),
    [
      'secure: there is no such option; use tls.unsafeAllowInvalidCertificates: true in place of secure: false (unknown_option)',
    ],
  ],
  [
    'agent',
    () => createMcpGateway({ target, agent: 'x' }),
    [
      'agent: there is no such option; use tls, proxy or socketPath: the gateway has agents of its own (unknown_option)',
    ],
  ],
  [
    'logger',
    () => createMcpGateway({ target, logger: 'x' }),
    ['logger: there is no such option; use observe: accessLog(logger) (unknown_option)'],
  ],
  [
    'trustProxy',
    () => createMcpGateway({ target, trustProxy: 'x' }),
    [
      "trustProxy: there is no such option; use app.set('trust proxy', …) of Express (unknown_option)",
    ],
  ],
  [
    'max',
    () => createMcpGateway({ target, max: 'x' }),
    ['max: there is no such option; did you mean rateLimit.limit? (unknown_option)'],
  ],
  [
    'windowMs',
    () => createMcpGateway({ target, windowMs: 'x' }),
    ['windowMs: there is no such option; did you mean rateLimit.window? (unknown_option)'],
  ],
  [
    'retries',
    () => createMcpGateway({ target, retries: 'x' }),
    [
      'retries: there is no such option; leave it out: a message that may have arrived is never sent twice (unknown_option)',
    ],
  ],
  [
    'whitelist',
    () => createMcpGateway({ target, whitelist: 'x' }),
    ['whitelist: there is no such option; did you mean ipFilter.allow? (unknown_option)'],
  ],
  [
    'jwksUri',
    () => createMcpGateway({ target, jwksUri: 'x' }),
    [
      'jwksUri: there is no such option; use auth: jwt({ issuer, audience, jwksUri }) (unknown_option)',
    ],
  ],
  [
    'secret',
    () => createMcpGateway({ target, secret: 'x' }),
    ['secret: there is no such option; use auth: jwt({ issuer, audience, keys }) (unknown_option)'],
  ],
  [
    'middleware',
    () => createMcpGateway({ target, middleware: 'x' }),
    ['middleware: there is no such option; did you mean use? (unknown_option)'],
  ],
  [
    'ratelimit',
    () => createMcpGateway({ target, ratelimit: 'x' }),
    ['ratelimit: there is no such option; did you mean rateLimit? (unknown_option)'],
  ],
  [
    'bodylimit',
    () => createMcpGateway({ target, bodylimit: 'x' }),
    ['bodylimit: there is no such option; did you mean bodyLimit? (unknown_option)'],
  ],
  [
    'polices',
    () => createMcpGateway({ target, polices: 'x' }),
    ['polices: there is no such option; did you mean policies? (unknown_option)'],
  ],
  [
    'port, of which cors is two letters away',
    () => createMcpGateway({ target, port: 3000 }),
    [
      'port: there is no such option; there are target, timeout, heartbeat, query, redirects, engine, tls, proxy, socketPath, path, publicUrl, metadata, legacySse, observe, name, cors, hosts, methods, ipFilter, rateLimit, auth, sessions, streams, bodyLimit, denyAs, policies, filterLists, use, headers, breaker, health, balance, onError (unknown_option)',
    ],
  ],
  [
    'colour',
    () => createMcpGateway({ target, colour: 'x' }),
    [
      'colour: there is no such option; there are target, timeout, heartbeat, query, redirects, engine, tls, proxy, socketPath, path, publicUrl, metadata, legacySse, observe, name, cors, hosts, methods, ipFilter, rateLimit, auth, sessions, streams, bodyLimit, denyAs, policies, filterLists, use, headers, breaker, health, balance, onError (unknown_option)',
    ],
  ],
  [
    'origins in cors',
    () => createMcpGateway({ target, cors: { origins: ['https://app.example'] } }),
    ['cors.origins: there is no such option; did you mean origin? (unknown_option)'],
  ],
  [
    'exposeHeaders in cors',
    () => createMcpGateway({ target, cors: { exposeHeaders: ['X-A'] } }),
    ['cors.exposeHeaders: there is no such option; did you mean exposedHeaders? (unknown_option)'],
  ],
  [
    'keyGenerator in rateLimit',
    () =>
      createMcpGateway({ target, rateLimit: { limit: 60, window: '1m', keyGenerator: () => 'a' } }),
    [
      'rateLimit.keyGenerator: there is no such option; use by, which takes a function (unknown_option)',
    ],
  ],
  [
    'rejectUnauthorized in tls',
    () =>
      createMcpGateway({ target: 'https://mcp.example/mcp', tls: { rejectUnauthorized: false } }),
    [
      'tls.rejectUnauthorized: there is no such option; use unsafeAllowInvalidCertificates: true in place of rejectUnauthorized: false (unknown_option)',
    ],
  ],
  [
    'aud in jwt',
    () => jwt({ issuer: 'https://idp.example', aud: 'a' }),
    [
      'aud: there is no such option; did you mean audience? (unknown_option)',
      'audience: given undefined; expected whom the tokens are for, as `aud` has it: most often the URL of the endpoint (missing)',
    ],
  ],
  [
    'secrets in apiKey',
    () => apiKey({ keys: [{ sha256: HASH, subject: 'ci' }], headers: 'X-Key' }),
    ['headers: there is no such option; did you mean header? (unknown_option)'],
  ],
])('an option by another name: %s', (_what, create, sentences) => {
  expect(sentencesOf(create)).toEqual(sentences);
});
