import { describe, expect, test } from '@jest/globals';
import { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import type { RequestHandler } from 'express';
import { upstreamAuth } from '../../src/index.ts';
import { OAuthUser } from '../support/oauth-user.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import { OAUTH_CLIENTS } from './support/oauth-clients.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const READ = { name: 'read_file' };

/** RFC 9728 came after that revision. */
const withoutResourceMetadata: RequestHandler = (req, res, next) => {
  if (req.url.startsWith('/.well-known/oauth-protected-resource')) res.status(404).end();
  else next();
};

/**
 * A gateway before a server as MCP 2025-03-26 has them: it is its own authorization server, on the SDK's own router.
 */
async function setUp() {
  const provider = new DemoInMemoryAuthProvider();
  const server = await startRecordingServer(({ origin, pathname }) => [
    withoutResourceMetadata,
    mcpAuthRouter({ provider, issuerUrl: new URL(origin), scopesSupported: ['mcp'] }),
    (req, res, next) => {
      if (req.path !== pathname) next();
      else requireBearerAuth({ verifier: provider })(req, res, next);
    },
  ]);
  const url = await startPublicGateway(() => ({ target: server.url, auth: upstreamAuth() }));
  return { server, url, origin: new URL(server.url).origin };
}

describe.each(OAUTH_CLIENTS)('client: $name', ({ connect }) => {
  test('logs in at the upstream through the gateway, and calls a tool', async () => {
    const { server, url, origin } = await setUp();
    const user = new OAuthUser();
    const client = await connect(url, user);
    expect(client.wire.visits.slice(0, 5)).toEqual([
      `POST ${url} 401`,
      `GET ${new URL('/.well-known/oauth-protected-resource/mcp', url)} 200`,
      `GET ${origin}/.well-known/oauth-authorization-server 200`,
      `POST ${origin}/register 201`,
      `POST ${origin}/token 200`,
    ]);
    expect((await client.listTools()).tools).toHaveLength(2);
    expect(await client.callTool(READ)).toMatchObject({ content: [{ text: 'read_file' }] });
    expect(server.ran).toEqual(['read_file']);
    expect(server.headers.join('\n')).toContain(`: Bearer ${user.held?.access_token}\n`);
    expect(user.sentTo.map((page) => page.origin)).toEqual([origin]);
  });
});
