import { expect, test } from '@jest/globals';
import { sentencesOf, untyped } from './support/sentences.ts';

const { apiKey, createMcpGateway, fromMiddleware, introspection, jwt, requireAuth, upstreamAuth } =
  untyped;
const target = 'https://mcp.example/mcp';
const HASH = 'a'.repeat(64);

test.each<[what: string, create: () => unknown, sentences: string[]]>([
  [
    'a factory that was not called',
    () => createMcpGateway({ target, auth: jwt }),
    [
      'auth: given the function jwt itself; expected what it returns: call it, as jwt(…) (not_called)',
    ],
  ],
  [
    'another that was not called',
    () => createMcpGateway({ target, auth: upstreamAuth }),
    [
      'auth: given the function upstreamAuth itself; expected what it returns: call it, as upstreamAuth(…) (not_called)',
    ],
  ],
  [
    'options in place of an authenticator',
    () => createMcpGateway({ target, auth: { issuer: 'https://idp.example' } }),
    [
      'auth: given an object; expected jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null (invalid_value)',
    ],
  ],
  [
    'true',
    () => createMcpGateway({ target, auth: true }),
    [
      'auth: given true; expected jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null (invalid_value)',
    ],
  ],
  [
    'a token',
    () => createMcpGateway({ target, auth: 'Bearer abc' }),
    [
      'auth: given a text; expected jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null (invalid_value)',
    ],
  ],
  [
    'a middleware that is not wrapped',
    () =>
      createMcpGateway({
        target,
        auth: (_req: unknown, _res: unknown, next: () => void) => next(),
      }),
    [
      'auth: given a function; expected jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null (invalid_value)',
    ],
  ],
  [
    'an empty list',
    () => createMcpGateway({ target, auth: [] }),
    [
      'auth: given an empty array; expected a list, and in it jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null (missing)',
    ],
  ],
  [
    'jwt without a public URL',
    () => createMcpGateway({ target, auth: jwt({ issuer: 'https://idp.example', audience: 'a' }) }),
    [
      'publicUrl: given undefined; expected the URL under which agents reach the endpoint (missing)',
    ],
  ],
  [
    'jwt of nothing',
    () => jwt(),
    [
      "jwt: given undefined; expected an object like { issuer: 'https://idp.example', audience } (missing)",
    ],
  ],
  [
    'jwt of no options',
    () => jwt({}),
    [
      "issuer: given undefined; expected the issuer's URL as `iss` has it, like 'https://idp.example' (missing)",
      'audience: given undefined; expected whom the tokens are for, as `aud` has it: most often the URL of the endpoint (missing)',
    ],
  ],
  [
    'jwt without an audience',
    () => jwt({ issuer: 'https://idp.example' }),
    [
      'audience: given undefined; expected whom the tokens are for, as `aud` has it: most often the URL of the endpoint (missing)',
    ],
  ],
  [
    'an issuer without a scheme',
    () => jwt({ issuer: 'idp.example', audience: 'a' }),
    [
      `issuer: given "idp.example"; expected the issuer's URL as \`iss\` has it, like 'https://idp.example'; another text only together with jwksUri or keys (invalid_value)`,
    ],
  ],
  [
    'an issuer over http',
    () => jwt({ issuer: 'http://idp.example', audience: 'a' }),
    [
      'issuer: given "http://idp.example"; expected an https URL without credentials (http for this machine only, or with unsafeAllowHttp: true), or jwksUri or keys besides (invalid_value)',
    ],
  ],
  [
    'keys over http',
    () => jwt({ issuer: 'https://idp.example', audience: 'a', jwksUri: 'http://idp.example/keys' }),
    [
      'jwksUri: given a text; expected an https URL without credentials (http for this machine only, or with unsafeAllowHttp: true) (invalid_value)',
    ],
  ],
  [
    'a shared secret',
    () => jwt({ issuer: 'https://idp.example', audience: 'a', secret: 'hush' }),
    [
      'secret: there is no such option; use keys, with public keys: tokens that are signed with a shared secret are not taken (unknown_option)',
    ],
  ],
  [
    'an algorithm with a shared secret',
    () => jwt({ issuer: 'https://idp.example', audience: 'a', algorithms: ['HS256'] }),
    [
      'algorithms[0]: given "HS256"; expected an asymmetric algorithm: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA or Ed25519 (invalid_value)',
    ],
  ],
  [
    'no algorithm',
    () => jwt({ issuer: 'https://idp.example', audience: 'a', algorithms: ['none'] }),
    [
      'algorithms[0]: given "none"; expected an asymmetric algorithm: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA or Ed25519 (invalid_value)',
    ],
  ],
  [
    'the name of jose for keys',
    () =>
      jwt({ issuer: 'https://idp.example', audience: 'a', jwksUrl: 'https://idp.example/keys' }),
    ['jwksUrl: there is no such option; did you mean jwksUri? (unknown_option)'],
  ],
  [
    'keys in the clear',
    () => apiKey({ keys: ['abc'] }),
    ['keys[0]: given a text; expected an object like { sha256, subject } (wrong_type)'],
  ],
  [
    'no keys',
    () => apiKey({ keys: [] }),
    ['keys: given an empty array; expected a list, and in it a key (missing)'],
  ],
  [
    'a key in place of its hash',
    () => apiKey({ keys: [{ sha256: 'abc', subject: 'ci' }] }),
    ['keys[0].sha256: given a text; expected a SHA-256 in hexadecimal, 64 digits (invalid_value)'],
  ],
  [
    'a key of nobody',
    () => apiKey({ keys: [{ sha256: HASH }] }),
    ['keys[0].subject: given undefined; expected the name of its owner (missing)'],
  ],
  [
    'introspection without credentials',
    () => introspection({ issuer: 'https://idp.example', audience: 'a' }),
    [
      'clientId: given undefined; expected a text (missing)',
      'clientSecret: given undefined; expected a text (missing)',
    ],
  ],
  [
    'no middleware',
    () => fromMiddleware(),
    [
      'middleware: given undefined; expected a function (missing)',
      'toPrincipal: given undefined; expected a function (missing)',
    ],
  ],
  [
    'requireAuth of nothing',
    () => requireAuth(),
    [
      'authenticator: given undefined; expected jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null (missing)',
    ],
  ],
  [
    'sessions without auth',
    () => createMcpGateway({ target, sessions: 'bind' }),
    [
      'sessions: given "bind"; expected auth besides: without it, a session has no owner (conflict)',
    ],
  ],
  [
    'true for sessions',
    () => createMcpGateway({ target, sessions: true }),
    ["sessions: given true; expected 'bind', false, or { store, ttl, max } (invalid_value)"],
  ],
  [
    'a URL as a store',
    () =>
      createMcpGateway({
        target,
        auth: () => null,
        sessions: { store: 'redis://:hush@redis.example' },
      }),
    [
      'sessions.store: given a text; expected an object with the functions get, add, delete (wrong_type)',
    ],
  ],
])('what is wrong with who may come in: %s', (_what, create, sentences) => {
  expect(sentencesOf(create)).toEqual(sentences);
});
