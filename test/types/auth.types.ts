import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import {
  type ApiKey,
  type ApiKeyOptions,
  type AuthenticateFunction,
  type AuthenticationScheme,
  type Authenticator,
  type AuthMiddleware,
  apiKey,
  type ClaimedIdentity,
  type ClaimsFunction,
  type FromMiddlewareOptions,
  fromMiddleware,
  type GatewayConfig,
  type Identification,
  type IntrospectionOptions,
  introspection,
  type JwtKeysOptions,
  type JwtOptions,
  jwt,
  type Middleware,
  type Principal,
  type ProtectedResourceMetadataOptions,
  protectedResourceMetadata,
  type RequireAuthOptions,
  requireAuth,
  type SessionOptions,
  type SessionStore,
  type TenantIssuerOptions,
  type TokenAudience,
  type TokenClaims,
  type UpstreamAuth,
  upstreamAuth,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

const target = 'https://server.example/mcp';
const issuer = 'https://idp.example';
const audience = 'https://gateway.example/mcp';

export function authenticators(handler: RequestHandler): void {
  const options: JwtOptions = { issuer, audience };
  typed<AuthenticationScheme>()(jwt(options));
  jwt({
    issuer,
    audience: [audience],
    jwksUri: new URL(issuer),
    algorithms: ['ES256'],
    clockTolerance: '5s',
    exposeAs: 'auth',
    isRevoked: async (claims) => claims.jti === 'gone',
  });
  const asked: IntrospectionOptions = {
    issuer,
    url: new URL(issuer),
    clientId: process.env.CLIENT_ID,
    clientSecret: process.env.CLIENT_SECRET,
    audience: { anyOf: [audience] },
    scopes: ['mcp'],
    cache: '30s',
    closeOnExpiry: false,
  };
  typed<AuthenticationScheme>()(introspection(asked));
  introspection({ url: issuer, clientId: 'a', clientSecret: 'b', audience, cache: false });
  // @ts-expect-error -- a token has to be for somebody
  introspection({ issuer, clientId: 'a', clientSecret: 'b' });
  // @ts-expect-error -- the server wants to know who asks
  introspection({ issuer, audience });
  const audiences: TokenAudience[] = [
    { allOf: [audience, 'second'] },
    { anyOf: [audience] },
    { claim: 'client_id', anyOf: ['app'] },
    { claim: 'https://acme.example/for', allOf: ['app'] },
  ];
  for (const one of audiences) jwt({ issuer, audience: one });
  // @ts-expect-error -- a claim alone is for nobody
  jwt({ issuer, audience: { claim: 'client_id' } });
  // @ts-expect-error -- a list
  jwt({ issuer, audience: { anyOf: audience } });
  const found: ClaimsFunction = (claims) => {
    typed<TokenClaims>()(claims);
    return { subject: claims.oid, scopes: ['mcp'], roles: claims['https://acme.example/roles'] };
  };
  jwt({ issuer, audience, roles: ['admin'], claims: found });
  jwt({ issuer, audience, roles: false, claims: false });
  jwt({ issuer, audience, claims: ({ groups }) => ({ roles: groups }) });
  same<keyof ClaimedIdentity, 'subject' | 'scopes' | 'roles'>();
  same<Principal['roles'], readonly string[] | undefined>();
  // @ts-expect-error -- at once, without a promise
  jwt({ issuer, audience, claims: async () => ({ subject: 'ada' }) });
  // @ts-expect-error -- a list
  jwt({ issuer, audience, roles: 'admin' });
  const tenants: TenantIssuerOptions = {
    pattern: 'https://login.example/{tenant}/v2.0',
    tenants: (tenant) => {
      typed<string>()(tenant);
      return tenant === 'acme';
    },
    authorizationServers: [issuer],
  };
  jwt({ issuer: tenants, audience });
  jwt({ issuer: { ...tenants, tenants: ['acme'] }, audience });
  // @ts-expect-error -- a pattern alone would be anybody's
  jwt({ issuer: { pattern: tenants.pattern }, audience });
  // @ts-expect-error -- at once
  jwt({ issuer: { ...tenants, tenants: async () => true }, audience });
  const where: JwtKeysOptions = { keys: { keys: [{ kty: 'EC', crv: 'P-256', x: '', y: '' }] } };
  jwt({ issuer, audience, ...where });
  jwt({ issuer, audience, jwksUri: 'http://idp.internal/keys', unsafeAllowHttp: true });
  // @ts-expect-error -- a set of keys
  jwt({ issuer, audience, keys: [{ kty: 'EC' }] });
  // @ts-expect-error -- a token is for somebody
  jwt({ issuer });
  // @ts-expect-error -- of one issuer
  jwt({ issuer: [issuer], audience });
  // @ts-expect-error -- claims are any values
  jwt({ issuer, audience, isRevoked: (claims) => claims.jti });

  const key: ApiKey = { sha256: '00', subject: 'ci', scopes: ['mcp'] };
  const keys: ApiKeyOptions = { keys: [key], header: 'X-Key' };
  typed<AuthenticationScheme>()(apiKey(keys));
  // @ts-expect-error -- hashes, not keys
  apiKey({ keys: ['secret'] });
  // @ts-expect-error
  apiKey({ keys: [{ key: 'secret', subject: 'ci' }] });

  const login: FromMiddlewareOptions = { issuers: [issuer], scopes: ['mcp'] };
  typed<AuthenticationScheme>()(fromMiddleware(handler, (req) => req.user, login));
  const own: AuthMiddleware = (_req, _res, next) => next();
  fromMiddleware(own, async ({ user }) => user ?? null);
  // @ts-expect-error -- who it is has to be said
  fromMiddleware(own);
  // @ts-expect-error -- not a name alone
  fromMiddleware(own, () => 'ada');

  typed<UpstreamAuth>()(upstreamAuth());
  upstreamAuth() satisfies AuthenticationScheme;
  same<UpstreamAuth['relaysTokens'], true>();
}

export function functions(): void {
  same<
    AuthenticateFunction,
    (req: IncomingMessage) => Principal | null | Promise<Principal | null>
  >();
  same<Authenticator, AuthenticationScheme | AuthenticateFunction>();
  const config: GatewayConfig = {
    target,
    auth: [
      jwt({ issuer, audience }),
      (req) => (req.headers.authorization === 'Basic x' ? { subject: 'ada' } : null),
      async () => null,
    ],
  };
  // @ts-expect-error -- null says that it is nobody
  const forgotten: AuthenticateFunction = () => undefined;
  // @ts-expect-error
  const named: Authenticator = 'jwt';
  return void [config, forgotten, named];
}

export const scheme: AuthenticationScheme = {
  header: 'x-ticket',
  issuers: [],
  scopes: [],
  async identify(req, res) {
    typed<IncomingMessage>()(req);
    typed<ServerResponse>()(res);
    return { outcome: 'accepted', principal: { subject: 'ada' }, expiresAt: 0 };
  },
};

export function identifications(found: Identification): void {
  same<
    Identification['outcome'],
    'accepted' | 'absent' | 'refused' | 'forbidden' | 'unavailable'
  >();
  if (found.outcome === 'accepted') typed<Principal>()(found.principal);
  // @ts-expect-error -- only of one that was accepted
  found.principal;
  // @ts-expect-error -- why it cannot be told
  const vague: Identification = { outcome: 'unavailable' };
  return void vague;
}

export function byThemselves(): void {
  const options: RequireAuthOptions = { publicUrl: audience };
  typed<Middleware>()(requireAuth(jwt({ issuer, audience }), options));
  typed<Middleware>()(requireAuth([() => null, apiKey({ keys: [] })]));
  // @ts-expect-error
  requireAuth();
  // @ts-expect-error -- the list is the first argument
  requireAuth(() => null, apiKey({ keys: [] }));

  const document: ProtectedResourceMetadataOptions = {
    publicUrl: audience,
    authorizationServers: [issuer],
    scopes: ['mcp'],
    root: true,
  };
  typed<Middleware>()(protectedResourceMetadata(document));
  // @ts-expect-error
  protectedResourceMetadata({ publicUrl: audience });
}

/** A store may answer at once, or later. */
const inMemory: SessionStore = {
  get: (key, ttlMs) => {
    typed<string>()(key);
    typed<number>()(ttlMs);
    return undefined;
  },
  add: (_key, value) => value,
  delete: () => true,
};

export const remote: SessionStore = {
  get: async () => 'owner',
  add: async (_key, value) => value,
  delete: async () => {},
};

export function sessions(): void {
  const options: SessionOptions = { store: inMemory, ttl: '1h', max: 10 };
  const config: GatewayConfig = { target, sessions: options };
  same<GatewayConfig['sessions'], 'bind' | SessionOptions | false | undefined>();
  // @ts-expect-error -- what there is already has to be given back
  const silent: SessionStore = { ...inMemory, add: () => {} };
  // @ts-expect-error -- nothing there is undefined, not null
  const nulls: SessionStore = { ...inMemory, get: () => null };
  // @ts-expect-error
  const short: SessionStore = { get: inMemory.get, add: inMemory.add };
  return void [config, silent, nulls, short];
}
