import { describe, expect, test } from '@jest/globals';
import type { RequestHandler } from 'express';
import { decodeJwt } from 'jose';
import { upstreamAuth } from '../../src/index.ts';
import { OAuthUser } from '../support/oauth-user.ts';
import { startAuthorizationServer } from './support/authorization-server.ts';
import { userFromElsewhere } from './support/log-in.ts';
import { OAUTH_CLIENTS, type OAuthClient } from './support/oauth-clients.ts';
import { startProtectedServer } from './support/protected-server.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const READ = { name: 'read_file' };

const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** A gateway before a server that takes the tokens of an authorization server by itself. */
async function setUp(before?: (url: URL) => readonly RequestHandler[]) {
  const issuer = await startAuthorizationServer();
  const server = await startProtectedServer(issuer, before);
  const url = await startPublicGateway(() => ({ target: server.url, auth: upstreamAuth() }));
  // Clients ask for a token for the URL that they use (RFC 8707), which is the gateway's. So the issuer
  // has to know it as a resource, and the server has to take what was issued for it.
  issuer.resources.add(server.url).add(url);
  server.audiences.add(url);
  return { issuer, server, url };
}

/** Takes one server for another, whichever address it has. */
function withNames(lines: readonly string[], server: string, issuer: string): string[] {
  return lines.map((line) =>
    line.replaceAll(new URL(server).origin, 'SERVER').replaceAll(issuer, 'ISSUER'),
  );
}

const aud = ({ held }: OAuthUser) => decodeJwt(held?.access_token ?? '').aud;

describe.each(OAUTH_CLIENTS)('client: $name', ({ connect }) => {
  test('finds the same way through the gateway as without it', async () => {
    const { issuer, server, url } = await setUp();

    async function use(address: string) {
      const user = new OAuthUser();
      const client = await connect(address, user);
      const { tools } = await client.listTools();
      const result = await client.callTool(READ);
      expect(aud(user)).toBe(address);
      expect(server.headers.join('\n')).toContain(`: Bearer ${user.held?.access_token}\n`);
      return { told: toldTo(client, address), tools, result };
    }
    const toldTo = ({ wire }: OAuthClient, address: string) => ({
      // The stream that a session opens may be anywhere among its other requests.
      visits: withNames(wire.visits, address, issuer.issuer).filter(
        (visit) => !visit.startsWith('GET SERVER/mcp '),
      ),
      challenges: withNames(wire.challenges, address, issuer.issuer),
    });

    const direct = await use(server.url);
    expect(direct.told.visits.slice(0, 5)).toEqual([
      'POST SERVER/mcp 401',
      `GET SERVER${METADATA} 200`,
      'GET ISSUER/.well-known/oauth-authorization-server 200',
      'POST ISSUER/reg 201',
      'POST ISSUER/token 200',
    ]);
    expect(direct.told.challenges).toEqual([
      expect.stringContaining(`resource_metadata="SERVER${METADATA}"`),
    ]);
    expect(direct.result).toMatchObject({ content: [{ text: 'read_file' }] });
    expect(await use(url)).toEqual(direct);
  });

  test('starts over where the server does not take its token', async () => {
    const { issuer, server, url } = await setUp();
    const user = await userFromElsewhere(issuer);
    const client = await connect(url, user);
    expect(client.wire.challenges).toEqual([
      expect.stringMatching(/^Bearer error="invalid_token", .*The token is not good/),
    ]);
    expect(user.sentTo).toHaveLength(1);
    expect(aud(user)).toBe(url);
    await client.callTool(READ);
    expect(server.ran).toEqual(['read_file']);
  });

  test.each([
    ['at a path of its own, which its challenge names', (url: string) => `"${url}"`],
    ['at a path that its challenge names without quotes', (url: string) => url],
  ])('finds the metadata %s', async (_where, written) => {
    const path = '/about/this?server=1';
    const { issuer, url } = await setUp(({ origin }) => [
      movedTo(path),
      withChallenge(`Bearer resource_metadata=${written(origin + path)}, scope="tools:read"`),
    ]);
    const user = new OAuthUser();
    const client = await connect(url, user);
    const metadata = new URL(METADATA, url);
    expect(client.wire.visits[1]).toBe(`GET ${metadata} 200`);
    expect(client.wire.challenges).toEqual([
      `Bearer resource_metadata="${metadata}", scope="tools:read"`,
    ]);
    expect(issuer.log).toContain('POST /token 200');
    expect(await client.callTool(READ)).toMatchObject({ content: [{ text: 'read_file' }] });
  });

  test.each([
    ['another host', 'https://other.example/mcp'],
    ['another path of the same host', 'ORIGIN/other'],
  ])(
    'RFC 9728 section 3.3: refuses the metadata of %s, and asks no user',
    async (_whose, resource) => {
      const { issuer, url } = await setUp(({ origin }) => [
        (req, res, next) => {
          if (!req.url.startsWith(METADATA)) next();
          else
            res.json({
              resource: resource.replace('ORIGIN', origin),
              authorization_servers: [issuer.issuer],
            });
        },
      ]);
      const user = new OAuthUser();
      await expect(connect(url, user)).rejects.toThrow(/does not match/);
      expect(user.sentTo).toEqual([]);
      expect(issuer.log).not.toContain('POST /reg 201');
    },
  );
});

/** The metadata is somewhere else only. */
function movedTo(path: string): RequestHandler {
  return (req, res, next) => {
    if (req.url.startsWith('/.well-known/')) {
      res.status(404).end();
      return;
    }
    if (req.url === path) req.url = METADATA;
    next();
  };
}

/** Every challenge is this one. */
function withChallenge(challenge: string): RequestHandler {
  return (_req, res, next) => {
    const set = res.setHeader.bind(res);
    res.setHeader = (name, value) =>
      set(name, name.toLowerCase() === 'www-authenticate' ? challenge : value);
    next();
  };
}
