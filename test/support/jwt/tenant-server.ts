import { json, type KeyServer, keyServer, type SigningKey, signingKey } from './issuer.ts';

/** A server that is an issuer for each of its tenants. */
export interface TenantServer extends KeyServer {
  /** The pattern of the `iss` of a tenant, with `{tenant}` in it. */
  readonly pattern: string;
  issuerOf(tenant: string): string;
  /** The key that signs the tokens of a tenant; made at the first call. */
  keyOf(tenant: string): Promise<SigningKey>;
  /** The paths of requests about a tenant, in order. */
  requestsFor(tenant: string): string[];
}

/** Each tenant has its own metadata and keys, from the first `keyOf` on; for other tenants it answers 404. */
export async function tenantServer(): Promise<TenantServer> {
  const server = await keyServer();
  const keys = new Map<string, SigningKey>();
  const issuerOf = (tenant: string) => `${server.issuer}/${tenant}/v2.0`;

  server.answer = (req, res) => {
    const [, tenant = '', rest] = /^\/([^/]+)\/(.*)$/.exec(String(req.url)) ?? [];
    const key = keys.get(tenant);
    if (key !== undefined && rest === 'v2.0/.well-known/openid-configuration') {
      const issuer = issuerOf(tenant);
      json({ issuer, jwks_uri: `${server.issuer}/${tenant}/keys` })(req, res);
    } else if (key !== undefined && rest === 'keys') json({ keys: [key.jwk] })(req, res);
    else res.writeHead(404).end();
  };
  return Object.assign(server, {
    pattern: issuerOf('{tenant}'),
    issuerOf,
    async keyOf(tenant: string) {
      const key = keys.get(tenant) ?? (await signingKey(`key-of-${tenant}`));
      keys.set(tenant, key);
      return key;
    },
    requestsFor: (tenant: string) =>
      server.requests.filter((path) => path.split('/').includes(tenant)),
  });
}
