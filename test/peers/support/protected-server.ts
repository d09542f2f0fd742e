import {
  type AuthMetadataOptions,
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
  requireBearerAuth,
} from '@modelcontextprotocol/express';
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';
import type { RequestHandler } from 'express';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { type RecordingServer, startRecordingServer } from '../../support/recording-server.ts';
import type { AuthorizationServer } from './authorization-server.ts';

/** A server that takes tokens of an authorization server, on the SDK's own middleware. */
export interface ProtectedServer extends RecordingServer {
  /** The resources whose tokens it takes: itself, and what is added. */
  readonly audiences: Set<string>;
}

/** `before` stands before everything that the SDK does. */
export async function startProtectedServer(
  issuer: AuthorizationServer,
  before: (url: URL) => readonly RequestHandler[] = () => [],
): Promise<ProtectedServer> {
  const audiences = new Set<string>();
  const keys = createLocalJWKSet(issuer.keys);
  const metadata = await fetch(`${issuer.issuer}/.well-known/oauth-authorization-server`);
  const oauthMetadata = (await metadata.json()) as AuthMetadataOptions['oauthMetadata'];

  const server = await startRecordingServer((url) => {
    audiences.add(url.href);
    return [
      ...before(url),
      mcpAuthMetadataRouter({
        oauthMetadata,
        resourceServerUrl: url,
        scopesSupported: ['tools:read'],
      }),
      requireBearerAuth({
        requiredScopes: ['tools:read'],
        resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
        verifier: {
          async verifyAccessToken(token) {
            const checks = { issuer: issuer.issuer, audience: [...audiences], typ: 'at+jwt' };
            const { payload } = await jwtVerify(token, keys, checks).catch(() => {
              throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not good');
            });
            return {
              token,
              clientId: String(payload.client_id),
              scopes: String(payload.scope).split(' '),
              expiresAt: Number(payload.exp),
            };
          },
        },
      }),
    ];
  });
  return Object.assign(server, { audiences });
}
