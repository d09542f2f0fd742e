import { describe, expect, jest, test } from '@jest/globals';
import express from 'express';
import {
  apiKey,
  createMcpGateway,
  type GatewayConfig,
  jwt,
  protectedResourceMetadata,
  type TenantIssuerOptions,
  upstreamAuth,
} from '../../src/index.ts';
import { headerOf, valuesOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const KEYS = [{ sha256: 'a'.repeat(64), subject: 'ci' }];

async function guarded(publicUrl: string, config: Partial<GatewayConfig> = {}) {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const own = { target: upstream.target, publicUrl, auth: idp.auth, ...config };
  return { idp, upstream, own, ...(await startGateway(own)) };
}

/** Where the challenge of a refused request says that the metadata is. */
async function announced(port: number, headers: Record<string, string> = {}): Promise<string> {
  const [challenge = ''] = valuesOf(await send(port, { headers }), 'www-authenticate');
  return /^Bearer resource_metadata="([^"]*)"/.exec(challenge)?.[1] ?? challenge;
}

describe('the document is where RFC 9728 section 3.1 puts it, and says what it is for', () => {
  test.each([
    ['https://gateway.example/mcp', `${WELL_KNOWN}/mcp`],
    ['https://gateway.example/a/b/mcp', `${WELL_KNOWN}/a/b/mcp`],
    ['https://gateway.example/', WELL_KNOWN],
    ['https://gateway.example', WELL_KNOWN],
    ['https://gateway.example/mcp/', `${WELL_KNOWN}/mcp/`],
    ['https://gateway.example:8443/mcp', `${WELL_KNOWN}/mcp`],
  ])('%s: %s', async (publicUrl, path) => {
    const { idp, port, upstream } = await guarded(publicUrl);
    const answer = await send(port, { method: 'GET', path });
    expect([answer.status, headerOf(answer, 'content-type')]).toEqual([200, 'application/json']);
    expect(JSON.parse(answer.body)).toEqual({
      resource: new URL(publicUrl).href,
      authorization_servers: [idp.issuer],
      bearer_methods_supported: ['header'],
    });
    expect(await announced(port)).toBe(`${new URL(publicUrl).origin}${path}`);
    expect(upstream.seen).toEqual([]);
  });

  test('the path of the router has nothing to do with it, that of the public URL all', async () => {
    const { port } = await guarded('https://gateway.example/tools/mcp', { path: '/inner' });
    const statusAt = async (path: string) => (await send(port, { method: 'GET', path })).status;
    expect(await statusAt(`${WELL_KNOWN}/tools/mcp`)).toBe(200);
    expect(await statusAt(`${WELL_KNOWN}/inner`)).toBe(404);
    expect(await statusAt(WELL_KNOWN)).toBe(404);
  });

  test('the scopes that each request needs are in it; of several issuers all', async () => {
    const [one, two] = [await startIssuer(), await startIssuer()];
    const { target } = await recordingUpstream();
    const { port } = await startGateway({
      target,
      publicUrl: 'https://gateway.example/mcp',
      auth: [
        one.authWith({ scopes: ['mcp', 'files:read'] }),
        two.authWith({ scopes: ['mcp'] }),
        apiKey({ keys: KEYS }),
      ],
    });
    const { body } = await send(port, { method: 'GET', path: `${WELL_KNOWN}/mcp` });
    expect(JSON.parse(body)).toEqual({
      resource: 'https://gateway.example/mcp',
      authorization_servers: [one.issuer, two.issuer],
      scopes_supported: ['mcp', 'files:read'],
      bearer_methods_supported: ['header'],
    });
    expect(body).not.toContain('jwks');
  });

  describe('of an issuer for each tenant', () => {
    const pattern = 'https://login.example/{tenant}/v2.0';
    const ANYBODY = 'https://login.example/any/v2.0';
    const documentFor = async (issuer: Omit<TenantIssuerOptions, 'pattern'>) => {
      const auth = jwt({ issuer: { pattern, ...issuer }, audience: 'gateway' });
      const { port } = await guarded('https://gateway.example/mcp', { auth });
      const challenge = valuesOf(await send(port), 'www-authenticate')[0] ?? '';
      const { status, body } = await send(port, { method: 'GET', path: `${WELL_KNOWN}/mcp` });
      const servers = status === 200 ? JSON.parse(body).authorization_servers : status;
      return [servers, challenge.includes('resource_metadata=')];
    };

    test('it names those of a list, or the servers that are configured', async () => {
      const list = ['https://login.example/a/v2.0', 'https://login.example/b/v2.0'];
      const authorizationServers = [ANYBODY];
      expect(await documentFor({ tenants: ['a', 'b'] })).toEqual([list, true]);
      const named = [[ANYBODY], true];
      expect(await documentFor({ tenants: ['a', 'b'], authorizationServers })).toEqual(named);
      expect(await documentFor({ tenants: () => true, authorizationServers })).toEqual(named);
    });

    test('there is none, and no challenge points to it, where nobody can say them', async () => {
      expect(await documentFor({ tenants: () => true })).toEqual([404, false]);
      expect(await documentFor({ tenants: ['a'], authorizationServers: [] })).toEqual([404, false]);
    });
  });

  test('a gateway whose tokens nobody issues has no document', async () => {
    const { port } = await guarded('https://gateway.example/mcp', { auth: apiKey({ keys: KEYS }) });
    const { status } = await send(port, { method: 'GET', path: `${WELL_KNOWN}/mcp` });
    expect(status).toBe(404);
  });

  test('a router that is mounted elsewhere leaves the root to the app', async () => {
    const { own } = await guarded('https://gateway.example/tools/mcp');
    const app = express().use('/tools', createMcpGateway(own));
    const { port } = await serve(app);
    for (const path of [`${WELL_KNOWN}/tools/mcp`, `/tools${WELL_KNOWN}/tools/mcp`]) {
      expect((await send(port, { method: 'GET', path })).status).toBe(404);
    }
    expect((await send(port, { path: '/tools/mcp' })).status).toBe(401);
  });
});

describe('nothing that a client sends is in it', () => {
  test.each([
    ['Host', { Host: 'evil.example' }],
    ['X-Forwarded-*', { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'ftp' }],
    ['Forwarded', { Forwarded: 'host=evil.example;proto=http' }],
    ['a target with a host', {}],
  ])('%s', async (name, headers) => {
    const { port } = await guarded('https://gateway.example/mcp');
    const host = name === 'a target with a host' ? 'http://evil.example' : '';
    const path = `${host}${WELL_KNOWN}/mcp`;
    const { status, body } = await send(port, { method: 'GET', path, headers });
    expect([status, JSON.parse(body).resource]).toEqual([200, 'https://gateway.example/mcp']);
    expect(await announced(port, headers)).toBe(`https://gateway.example${WELL_KNOWN}/mcp`);
  });
});

describe('anybody may read it', () => {
  const path = `${WELL_KNOWN}/mcp`;
  const strict = { cors: { origin: ['https://app.example'] }, hosts: ['another.example'] };

  test.each(['https://evil.example', 'null', ''])('a page of %j as well', async (origin) => {
    const { port } = await guarded('https://gateway.example/mcp', strict);
    const answer = await send(port, { method: 'GET', path, headers: { origin } });
    expect([answer.status, headerOf(answer, 'access-control-allow-origin')]).toEqual([200, '*']);
    expect(headerOf(answer, 'access-control-allow-credentials')).toBeUndefined();
  });

  test('a preflight is answered', async () => {
    const { port } = await guarded('https://gateway.example/mcp', strict);
    const { status, headers, body } = await send(port, {
      method: 'OPTIONS',
      path,
      headers: {
        Origin: 'https://evil.example',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'mcp-protocol-version',
      },
    });
    expect([status, body]).toEqual([204, '']);
    expect(Object.fromEntries(headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    });
  });

  test('HEAD has no body', async () => {
    const { port } = await guarded('https://gateway.example/mcp');
    const answer = await send(port, { method: 'HEAD', path });
    expect([answer.status, answer.body]).toEqual([200, '']);
    expect(headerOf(answer, 'content-type')).toBe('application/json');
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is not allowed', async (method) => {
    const { port, upstream } = await guarded('https://gateway.example/mcp');
    const answer = await send(port, { method, path });
    expect([answer.status, headerOf(answer, 'allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(upstream.seen).toEqual([]);
  });

  test('a query changes nothing', async () => {
    const { port } = await guarded('https://gateway.example/mcp');
    expect((await send(port, { method: 'GET', path: `${path}?a=1` })).status).toBe(200);
  });

  test('paths that only look like it are not it', async () => {
    const { port } = await guarded('https://gateway.example/mcp');
    const paths = [`${WELL_KNOWN}/%6dcp`, `/${path}`, `${WELL_KNOWN}/MCP`, `${path}/..`];
    for (const other of paths) {
      expect((await send(port, { method: 'GET', path: other })).status).toBe(404);
    }
  });
});

describe('A slash at the end of its path means nothing', () => {
  const spellings = ['/mcp', '/mcp/'];
  const paths = spellings.map((path) => WELL_KNOWN + path);

  test.each(spellings)('publicUrl ends with %s', async (path) => {
    const publicUrl = `https://gateway.example${path}`;
    const { port, idp } = await guarded(publicUrl);
    const options = { publicUrl, authorizationServers: [idp.issuer], root: true };
    const alone = await serve(express().use(protectedResourceMetadata(options)));
    const places = [
      ...paths.map((path) => [port, path] as const),
      ...[...paths, WELL_KNOWN, `${WELL_KNOWN}/`].map((path) => [alone.port, path] as const),
    ];
    for (const [port, path] of places) {
      const answer = await send(port, { method: 'GET', path });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(JSON.parse(answer.body).resource).toBe(publicUrl);
    }
    for (const path of [`${WELL_KNOWN}/mcp//`, `${WELL_KNOWN}/mcpx`, `${WELL_KNOWN}/mcp/x`]) {
      expect((await send(port, { method: 'GET', path })).status).toBe(404);
      expect((await send(alone.port, { method: 'GET', path })).status).toBe(404);
    }
  });

  test.each(spellings)('with upstreamAuth, and publicUrl ends with %s', async (path) => {
    const publicUrl = `https://gateway.example${path}`;
    const upstream = await recordingUpstream((_req, res) => {
      res.end(JSON.stringify({ resource: upstream.target, authorization_servers: ['https://i'] }));
    });
    const { port } = await startGateway({
      target: upstream.target,
      publicUrl,
      auth: upstreamAuth(),
    });
    for (const path of paths) {
      const answer = await send(port, { method: 'GET', path });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(JSON.parse(answer.body).resource).toBe(publicUrl);
    }
  });
});

describe('A router below a path says that it does not serve the metadata it points to', () => {
  async function warningsOf(mount: string, config: Partial<GatewayConfig>, prepare = express()) {
    const { target } = await recordingUpstream((_req, res) => {
      const challenge = 'Bearer resource_metadata="https://upstream.example/x"';
      res.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    });
    const app = prepare.use(mount, createMcpGateway({ target, ...config }));
    const { port } = await serve(app);
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (let i = 0; i < 2; i += 1) {
      expect((await send(port, { path: `${mount}/mcp` })).status).toBe(401);
    }
    const calls = emitted.mock.calls.map(([text, options]) => [text, options] as const);
    emitted.mockRestore();
    return calls;
  }
  const CODE = expect.objectContaining({ code: 'MCP_GATEWAY_METADATA' });

  test('once, at the first 401, with the fix', async () => {
    const { auth, issuer } = await startIssuer();
    const publicUrl = 'https://gateway.example/below/mcp';
    const calls = await warningsOf('/below', { auth, publicUrl });
    expect(calls).toEqual([[expect.stringContaining("mounted at '/below'"), CODE]]);
    const [text] = calls[0] ?? [];
    expect(text).toContain(`https://gateway.example${WELL_KNOWN}/below/mcp`);
    expect(text).toContain(
      `protectedResourceMetadata({ publicUrl: '${publicUrl}', authorizationServers: ['${issuer}'] })`,
    );
  });

  test('with upstreamAuth, whose metadata only the gateway can serve', async () => {
    const publicUrl = 'https://gateway.example/upstream/mcp';
    const calls = await warningsOf('/upstream', { auth: upstreamAuth(), publicUrl });
    expect(calls).toEqual([[expect.stringContaining("path: '/upstream/mcp'"), CODE]]);
  });

  test('not where the app serves it, nor at the root, nor where no challenge points to it', async () => {
    const { auth, issuer } = await startIssuer();
    const publicUrl = 'https://gateway.example/served/mcp';
    const metadata = protectedResourceMetadata({ publicUrl, authorizationServers: [issuer] });
    const app = express().use(metadata);
    expect(await warningsOf('/served', { auth, publicUrl }, app)).toEqual([]);
    expect(await warningsOf('', { auth, publicUrl: 'https://gateway.example/root' })).toEqual([]);
    expect(await warningsOf('/keys', { auth: apiKey({ keys: KEYS }) })).toEqual([]);
  });

  test.each([
    ['with a slash more', '/one/mcp', { publicUrl: 'https://gateway.example/one/mcp/' }],
    ['with a slash less', '/two/mcp/', { publicUrl: 'https://gateway.example/two/mcp' }],
    ['with the port', '/three/mcp', { publicUrl: 'https://gateway.example:443/three/mcp' }],
    ['at the root besides', '', { publicUrl: 'https://gateway.example/other', root: true }],
  ])('nor where the app serves it %s', async (_, path, served) => {
    const { auth, issuer } = await startIssuer();
    const metadata = protectedResourceMetadata({ ...served, authorizationServers: [issuer] });
    const publicUrl = `https://gateway.example${path}`;
    expect(await warningsOf('/served', { auth, publicUrl }, express().use(metadata))).toEqual([]);
  });
});
