/**
 * Gateways whose functions return objects with promises in them, as if an `await` was forgotten. They run in
 * a process of their own, because uncaught errors would end it. The process tells its parent the port, and
 * on request the names of all cases, and the uncaught errors.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { toolPinning } from '../../src/exports/pinning.ts';
import {
  createMcpGateway,
  fromMiddleware,
  type GatewayConfig,
  type JwtOptions,
  jwt,
  type Observer,
  type Policy,
  UpstreamUnavailableError,
} from '../../src/index.ts';

const uncaught: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(String(error)));
process.on('unhandledRejection', (error) => uncaught.push(String(error)));

/** A look-up that fails, and that is not awaited. */
const lookUp = (): never => Promise.reject(new Error('not awaited')) as never;

/** A thenable that is not a `Promise`. */
const thenable = (): never =>
  ({
    // biome-ignore lint/suspicious/noThenProperty: libraries make thenables like this.
    then: (_resolve: unknown, reject: (error: unknown) => void) => reject(new Error('thenable')),
  }) as never;

/** A thenable that is a function, as query builders are. */
const builder = (): never => Object.assign(() => {}, thenable() as object) as never;

const ada = { subject: 'ada' };

/** A policy for which any promise means yes. */
const believing: Policy = ({ principal }) => Boolean(principal?.claims?.admin);

const store = (own: object) => ({ increment: lookUp, decrement() {}, resetKey() {}, ...own });

const counting = (hits: () => object) => ({
  rateLimit: { limit: 1, window: '1m', store: store({ increment: async () => hits() }) },
});

const sessions = (own: object) => ({
  auth: () => ada,
  sessions: { store: { get: () => undefined, add: lookUp, delete() {}, ...own } },
});

const own = (found: () => object) => ({
  auth: { header: undefined, issuers: [], scopes: [], identify: async () => found() as never },
});

const observing = (callback: () => unknown): Observer => {
  const all = ['onRequest', 'onDecision', 'onResponse', 'onEvent', 'onClose'];
  return Object.fromEntries(all.map((name) => [name, callback]));
};

const KEY = await generateKeyPair('ES256');
const SAYS = { iss: 'https://idp.example/acme', aud: 'https://gateway.example/mcp', sub: 'ada' };
const TOKEN = await new SignJWT(SAYS)
  .setExpirationTime('1h')
  .setProtectedHeader({ alg: 'ES256' })
  .sign(KEY.privateKey);
const KEYS = { keys: [await exportJWK(KEY.publicKey)] };

/** A configuration with `jwt`, and a valid token in each request. */
const token = (options: Partial<JwtOptions>): Partial<GatewayConfig> => {
  const scheme = jwt({ issuer: SAYS.iss, audience: SAYS.aud, keys: KEYS, ...options });
  const identify: typeof scheme.identify = (req, res) => {
    req.headers.authorization = `Bearer ${TOKEN}`;
    return scheme.identify(req, res);
  };
  return { publicUrl: SAYS.aud, auth: { ...scheme, identify }, sessions: false };
};

const tenants = (own: () => unknown) =>
  token({
    issuer: { pattern: 'https://idp.example/{tenant}', tenants: own as () => boolean },
  });

type Way = readonly [statuses: readonly number[], config: Partial<GatewayConfig>];

const WAYS: Readonly<Record<string, Way>> = {
  'policy: allow': [[403], { policies: () => ({ allow: lookUp() }) }],
  'policy: allow, a thenable': [[403], { policies: () => ({ allow: thenable() }) }],
  'policy: allow, a builder': [[403], { policies: () => ({ allow: builder() }) }],
  'policy: message, a builder': [[403], { policies: () => ({ allow: true, message: builder() }) }],
  'policy: allow, by a getter': [
    [403],
    {
      policies: () => ({
        get allow() {
          return lookUp();
        },
      }),
    },
  ],
  'policy: reason': [[403], { policies: () => ({ allow: true, reason: lookUp() }) }],
  'policy: message': [[403], { policies: () => ({ allow: true, message: lookUp() }) }],
  'policy: message of a refusal': [
    [403],
    { policies: () => ({ allow: false, message: lookUp() }) },
  ],
  'policy: scopes': [[403], { policies: () => ({ allow: true, scopes: lookUp() }) }],
  'policy: one of the scopes': [[403], { policies: () => ({ allow: false, scopes: [lookUp()] }) }],
  'policy: several at once': [
    [403],
    { policies: () => ({ allow: lookUp(), reason: lookUp(), message: thenable() }) },
  ],
  'policy: a list of promises': [[403], { policies: () => [lookUp(), lookUp()] as never }],
  'policy: in what a promise gives': [[403], { policies: async () => ({ allow: lookUp() }) }],
  'policy: thrown': [
    [403],
    {
      policies: () => {
        throw lookUp();
      },
    },
  ],
  'jwt: nothing forgotten': [[200], token({ claims: () => ({ roles: ['a'] }), roles: ['a'] })],
  'jwt: claims': [[500], token({ claims: () => lookUp() })],
  'jwt: claims, a thenable': [[500], token({ claims: () => thenable() })],
  'jwt: claims, a builder': [[500], token({ claims: () => builder() })],
  'jwt: subject': [[500], token({ claims: () => ({ subject: lookUp() }) })],
  'jwt: scopes': [[500], token({ claims: () => ({ scopes: lookUp() }) })],
  'jwt: one of the scopes': [[500], token({ claims: () => ({ scopes: ['a', lookUp()] }) })],
  'jwt: roles': [[500], token({ claims: () => ({ roles: thenable() }), roles: ['a'] })],
  'jwt: one of the roles': [
    [500],
    token({ claims: () => ({ roles: ['a', lookUp()] }), roles: ['a'] }),
  ],
  'jwt: a list of promises': [[500], token({ claims: () => [lookUp(), lookUp()] as never })],
  'jwt: claims, thrown': [
    [500],
    token({
      claims: () => {
        throw lookUp();
      },
    }),
  ],
  'jwt: tenants, nothing forgotten': [[200], tenants(() => true)],
  'jwt: tenants': [[500], tenants(() => lookUp())],
  'jwt: tenants, a thenable': [[500], tenants(() => thenable())],
  'jwt: tenants, a list': [[500], tenants(() => [lookUp()])],
  'jwt: tenants, thrown': [
    [500],
    tenants(() => {
      throw lookUp();
    }),
  ],
  'authenticator: subject': [[500], { auth: () => ({ subject: lookUp() }) }],
  'authenticator: issuer': [[500], { auth: () => ({ ...ada, issuer: lookUp() }) }],
  'authenticator: scopes': [[500], { auth: () => ({ ...ada, scopes: lookUp() }) }],
  'authenticator: one of the scopes': [
    [500],
    { auth: () => ({ ...ada, scopes: ['a', lookUp()] }) },
  ],
  'authenticator: claims': [[500], { auth: () => ({ ...ada, claims: lookUp() }) }],
  'authenticator: one of the claims': [
    [500],
    { auth: () => ({ ...ada, claims: { admin: lookUp() } }), policies: believing },
  ],
  'authenticator: one of the claims, a thenable': [
    [500],
    { auth: () => ({ ...ada, claims: { admin: thenable() } }), policies: believing },
  ],
  'authenticator: a member of its own': [[500], { auth: () => ({ ...ada, roles: lookUp() }) }],
  'authenticator: clientId': [[500], { auth: () => ({ ...ada, clientId: thenable() }) }],
  'authenticator: a list of one': [[500], { auth: () => [lookUp()] as never }],
  'authenticator: in what a promise gives': [[500], { auth: async () => ({ subject: lookUp() }) }],
  'authenticator: thrown': [
    [500],
    {
      auth: () => {
        throw lookUp();
      },
    },
  ],
  'scheme: outcome': [[500], own(() => ({ outcome: lookUp() }))],
  'scheme: principal': [[500], own(() => ({ outcome: 'accepted', principal: lookUp() }))],
  'scheme: subject': [
    [500],
    own(() => ({ outcome: 'accepted', principal: { subject: lookUp() } })),
  ],
  'scheme: one of the claims': [
    [500],
    own(() => ({ outcome: 'accepted', principal: { ...ada, claims: { admin: lookUp() } } })),
  ],
  'scheme: expiresAt': [
    [500],
    own(() => ({ outcome: 'accepted', principal: ada, expiresAt: lookUp() })),
  ],
  'scheme: byBearer': [
    [500],
    own(() => ({ outcome: 'accepted', principal: ada, byBearer: lookUp() })),
  ],
  'scheme: description': [[500], own(() => ({ outcome: 'refused', description: lookUp() }))],
  'scheme: scopes': [[500], own(() => ({ outcome: 'forbidden', scopes: [lookUp()] }))],
  'fromMiddleware: subject': [
    [500],
    {
      auth: fromMiddleware(
        (_req, _res, next) => next(),
        () => ({ subject: lookUp() }),
      ),
    },
  ],
  'fromMiddleware: one of the claims': [
    [500],
    {
      auth: fromMiddleware(
        (_req, _res, next) => next(),
        () => ({ ...ada, claims: { admin: lookUp() } }),
      ),
      policies: believing,
    },
  ],
  'fromMiddleware: handed to next': [
    [500],
    {
      auth: fromMiddleware(
        (_req, _res, next) => next(lookUp()),
        () => ada,
      ),
    },
  ],
  'fromMiddleware: the status of an error': [
    [500],
    {
      auth: fromMiddleware(
        (_req, _res, next) => next({ status: lookUp() }),
        () => ada,
      ),
    },
  ],
  'header: a list': [[500], { headers: { set: { 'X-A': () => [lookUp()] as never } } }],
  'header: an object': [
    [500],
    { headers: { set: { 'X-A': async () => ({ token: lookUp() }) as never } } },
  ],
  'header: two of them': [
    [500],
    {
      headers: {
        set: { 'X-A': () => [lookUp()] as never, 'X-B': () => ({ a: lookUp() }) as never },
      },
    },
  ],
  'header: thrown': [
    [500],
    {
      headers: {
        set: {
          'X-A': () => {
            throw lookUp();
          },
        },
      },
    },
  ],
  'header: when to come again': [
    [503],
    {
      headers: {
        set: {
          'X-A': () => {
            throw new UpstreamUnavailableError('later', { retryAfterMs: lookUp() });
          },
        },
      },
    },
  ],
  'limit: key': [[500], { rateLimit: { limit: 9, window: '1m', by: () => lookUp() } }],
  'limit: key in an object': [
    [500],
    { rateLimit: { limit: 9, window: '1m', by: () => ({ a: lookUp() }) as never } },
  ],
  'limit: weight': [[500], { rateLimit: { limit: 9, window: '1m', weight: () => lookUp() } }],
  'limit: weight in a list': [
    [500],
    { rateLimit: { limit: 9, window: '1m', weight: () => [lookUp()] as never } },
  ],
  'store of limits: totalHits': [
    [503],
    counting(() => ({ totalHits: lookUp(), resetTime: undefined })),
  ],
  'store of limits: resetTime': [[503], counting(() => ({ totalHits: 1, resetTime: lookUp() }))],
  'store of limits: a list': [[503], counting(() => [lookUp()])],
  'store of sessions: get': [[404], sessions({ get: () => [lookUp()] })],
  'store of sessions: in an object': [[404], sessions({ get: async () => ({ owner: lookUp() }) })],
  'toolPinning: by': [[403], { policies: toolPinning({ by: () => lookUp() }) }],
  'toolPinning: by in a list': [
    [403],
    { policies: toolPinning({ by: () => [lookUp()] as never }) },
  ],
  'store of toolPinning: a list': [
    [503],
    { policies: toolPinning({ store: { get: () => [lookUp()] as never, set() {} } }) },
  ],
  'store of toolPinning: in an object': [
    [503],
    { policies: toolPinning({ store: { get: async () => ({ a: lookUp() }) as never, set() {} } }) },
  ],
  'store of toolPinning: thrown': [
    [503],
    {
      policies: toolPinning({
        store: {
          get() {
            throw lookUp();
          },
          set() {},
        },
      }),
    },
  ],
  clientIp: [[403], { ipFilter: { deny: ['192.0.2.1'], clientIp: () => lookUp() } }],
  'clientIp in an object': [
    [403],
    { ipFilter: { deny: ['192.0.2.1'], clientIp: () => ({ ip: lookUp() }) as never } },
  ],
  'onError: a list': [[401], { auth: () => null, onError: () => [lookUp(), lookUp()] as never }],
  'onError: in an object': [[401], { auth: () => null, onError: () => ({ a: lookUp() }) as never }],
  'onError: thrown': [
    [401],
    {
      auth: () => null,
      onError: () => {
        throw lookUp();
      },
    },
  ],
  'observer: lists': [[200], { observe: observing(() => [lookUp(), lookUp()]) }],
  'observer: in what a promise gives': [[200], { observe: observing(async () => [lookUp()]) }],
  'observer: thrown': [
    [200],
    {
      observe: observing(() => {
        throw lookUp();
      }),
    },
  ],
  'onUpstreamUnauthorized: a list': [
    [502],
    {
      target: (_req, res) => res.writeHead(401).end(),
      headers: {
        set: { 'X-Key': Object.assign(() => 'k', { onUpstreamUnauthorized: () => [lookUp()] }) },
      },
    },
  ],
  'use: handed to next': [[500], { use: (_req, _res, next) => next(lookUp()) }],
  'use: thrown': [
    [500],
    {
      use: () => {
        throw lookUp();
      },
    },
  ],
};

const app = express();
for (const [name, [, config]] of Object.entries(WAYS)) {
  const target = (_req: unknown, res: { end(text: string): unknown }) => res.end('{}');
  const path = `/${Buffer.from(name).toString('hex')}`;
  app.use(createMcpGateway({ path, target, denyAs: 'http', ...config } as GatewayConfig));
}
// A whole app of its own, whose function for `trust proxy` is async.
const trusting = express();
trusting.set('trust proxy', async () => lookUp());
trusting.use(
  createMcpGateway({
    path: '/trusting',
    target: (_req: unknown, res: { end(text: string): unknown }) => res.end('{}'),
    headers: { forward: ['X-Forwarded-For'] },
  }),
);
app.use((req, res, next) => (req.path === '/trusting' ? trusting(req, res) : next()));
app.get('/ways', (_req, res) => {
  res.json(Object.entries(WAYS).map(([name, [statuses]]) => [name, statuses]));
});
// Node reports rejections when the queue of promises is empty.
app.get('/uncaught', (_req, res) => void setImmediate(() => res.json(uncaught)));

const server = createServer(app);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
