import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import Provider, {
  type Adapter,
  type AdapterPayload,
  type Configuration,
  errors,
  interactionPolicy,
  type ResourceServer,
} from 'oidc-provider';
import { listenOn } from '../../support/servers.ts';

export interface AuthorizationServerOptions {
  /** The scopes that every resource knows. */
  readonly scopes?: readonly string[];
  /** Clients that need not register. */
  readonly clients?: Configuration['clients'];
  /** What access tokens are signed with. */
  readonly alg?: 'RS256' | 'ES256';
  /** `'opaque'`: only the server can say what they are. Default: `'jwt'`. */
  readonly format?: 'jwt' | 'opaque';
  /** Below which path it is, as one of several issuers of a host. Default: at the root. */
  readonly path?: `/${string}`;
}

/** A real authorization server, for a test. */
export interface AuthorizationServer {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly provider: Provider;
  /** The keys that its tokens are verified with. */
  readonly keys: JSONWebKeySet;
  /** The URLs that it gives tokens for: add yours. */
  readonly resources: Set<string>;
  /** What it knows of one of them. */
  resourceServer(resource: string): ResourceServer;
  /** Who logs in from now on, and agrees to everything, without being asked. */
  user: string;
  /** How long the tokens that it gives from now on last, in seconds. */
  lifetime: number;
  /** What access tokens that it gives from now on say besides. */
  claims: Readonly<Record<string, unknown>>;
  /** `METHOD /path status` of each request that it has answered. */
  readonly log: readonly string[];
}

const DEFAULT_SCOPES = ['tools:read', 'tools:call', 'repo:write'];

/**
 * An oidc-provider on a free port, over http, until the test is over: metadata, open registration of
 * clients, codes with PKCE, refresh tokens, client credentials, and JWTs for the resource asked for. Its
 * authorization endpoint answers with the redirect at once, so that no browser is needed.
 */
export async function startAuthorizationServer({
  scopes = DEFAULT_SCOPES,
  clients = [],
  alg = 'RS256',
  format = 'jwt',
  path,
}: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  const log: string[] = [];
  const resources = new Set<string>();
  const state: Pick<AuthorizationServer, 'user' | 'lifetime' | 'claims'> = {
    user: 'alice',
    lifetime: 3600,
    claims: {},
  };
  const keys = await createKeys();
  const http = createServer();
  const issuer = `http://127.0.0.1:${await listenOn(http)}${path ?? ''}`;

  const resourceServer = (resource: string): ResourceServer => {
    if (!resources.has(resource)) throw new errors.InvalidTarget();
    return {
      scope: scopes.join(' '),
      audience: resource,
      accessTokenFormat: format,
      accessTokenTTL: state.lifetime,
      ...(format === 'jwt' && { jwt: { sign: { alg } } }),
    };
  };

  const provider: Provider = new Provider(issuer, {
    adapter: memory(),
    clients: [...clients],
    // Refresh tokens come without `offline_access`.
    scopes: ['openid', ...scopes],
    jwks: { keys },
    cookies: { keys: ['a test'] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? state.lifetime,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? state.lifetime,
      IdToken: 3600,
      RefreshToken: 3600,
      Grant: 3600,
      Session: 3600,
      Interaction: 60,
    },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: format === 'opaque', allowedPolicy: () => true },
      revocation: { enabled: format === 'opaque', allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, resource) => resourceServer(resource),
        useGrantedResource: () => true,
      },
    },
    extraTokenClaims: () => ({ ...state.claims }),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { policy: withoutQuestions() },
    extraParams: {
      // The only place before the session is looked at where one can be made; no client sends it.
      logged_in({ oidc }) {
        oidc.session?.loginAccount({ accountId: state.user });
        // RFC 6749 section 3.3: a default, where the client asks for none.
        if (oidc.params !== undefined) oidc.params.scope ??= scopes[0];
      },
    },
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({
        accountId: state.user,
        clientId: oidc.client?.clientId,
      });
      const asked = [...oidc.requestParamScopes].join(' ');
      grant.addOIDCScope(asked);
      for (const resource of Object.keys(oidc.resourceServers ?? {})) {
        grant.addResourceScope(resource, asked);
      }
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      ctx.type = 'json';
      ctx.body = JSON.stringify(out);
    },
  });
  const handle = provider.callback();
  http.on('request', (req, res) => {
    const { method, url = '' } = req;
    res.on('finish', () => log.push(`${method} ${url.split('?')[0]} ${res.statusCode}`));
    if (path === undefined) void handle(req, res);
    else if (url.startsWith(`${path}/`)) {
      void handle(Object.assign(req, { originalUrl: url, url: url.slice(path.length) }), res);
    } else res.writeHead(404).end();
  });
  return Object.assign(state, {
    issuer,
    tokenUrl: `${issuer}/token`,
    provider,
    keys: { keys: keys.map(publicPartOf) },
    resources,
    resourceServer,
    log,
  });
}

async function createKeys(): Promise<JWK[]> {
  const algorithms = ['RS256', 'ES256'];
  return Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg };
    }),
  );
}

function publicPartOf({ kty, n, e, crv, x, y, alg, use, kid }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, n, e, crv, x, y, alg, use, kid }));
}

/** Nobody is asked who they are or whether they agree, not even where the client wants it. */
function withoutQuestions() {
  const policy = interactionPolicy.base();
  for (const { checks } of policy) checks.clear();
  return policy;
}

/** A store that lasts as long as the server; its own warns on the console that it does no more. */
function memory(): (model: string) => Adapter {
  const stored = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string) => `${model} ${id}`;
    const ofModel = () => [...stored].filter(([name]) => name.startsWith(`${model} `));
    const find = (isIt: (payload: AdapterPayload) => boolean) =>
      ofModel().find(([, payload]) => isIt(payload))?.[1];
    return {
      async upsert(id, payload) {
        // A client may ask for more later than what it registered with.
        if (model === 'Client') delete payload.scope;
        stored.set(key(id), payload);
      },
      find: async (id) => stored.get(key(id)),
      findByUid: async (uid) => find((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => find((payload) => payload.userCode === userCode),
      destroy: async (id) => void stored.delete(key(id)),
      async consume(id) {
        const payload = stored.get(key(id));
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async revokeByGrantId(grantId) {
        for (const [name, payload] of ofModel()) {
          if (payload.grantId === grantId) stored.delete(name);
        }
      },
    };
  };
}
