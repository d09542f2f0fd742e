import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { errors } from 'oidc-provider';
import type { AuthorizationServer } from './authorization-server.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const PARAMETERS = ['subject_token', 'subject_token_type', 'resource', 'scope'] as const;

/**
 * Has the server exchange its own tokens for one audience for tokens of the same user for the
 * resource asked for.
 *
 * @see RFC 8693
 */
export function registerTokenExchange(server: AuthorizationServer, audience: string): void {
  const { provider, issuer, keys } = server;
  const keySet = createLocalJWKSet(keys);

  provider.registerGrantType<Partial<Record<(typeof PARAMETERS)[number], string>>>(
    TOKEN_EXCHANGE,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      if (params.subject_token_type !== ACCESS_TOKEN) {
        throw new errors.InvalidRequest('the subject token is of an unknown type');
      }
      let caller: JWTPayload;
      try {
        const checks = { issuer, audience, typ: 'at+jwt' };
        ({ payload: caller } = await jwtVerify(params.subject_token ?? '', keySet, checks));
      } catch {
        throw new errors.InvalidGrant('the subject token is not good');
      }
      const resource = String(params.resource);
      const token = new provider.AccessToken({
        client,
        accountId: String(caller.sub),
        grantId: 'exchanged',
        gty: TOKEN_EXCHANGE,
      });
      const info = await server.resourceServer(resource);
      token.resourceServer = new provider.ResourceServer(resource, info);
      token.scope = params.scope;
      ctx.body = {
        access_token: await token.save(),
        issued_token_type: ACCESS_TOKEN,
        token_type: token.tokenType,
        expires_in: token.expiration,
      };
    },
    PARAMETERS,
  );
}
