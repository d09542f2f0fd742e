import type { ServerResponse } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import {
  createMcpGateway,
  type GatewayConfig,
  jwt,
  tokenExchange,
  upstreamAuth,
} from '../../src/index.ts';
import { get, post, unchunked } from '../legacy-sse/support.ts';
import { Authority, describeWithCertificates } from '../support/certificates.ts';
import { headerOf } from '../support/client/answer.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { call } from '../support/messages.ts';
import { secureUpstream } from '../support/secure-upstream.ts';
import { serve } from '../support/servers.ts';
import { json, tokenServer } from '../support/token-server.ts';
import { believing, startUpdatable, startUpstream } from './support/updatable.ts';

const CALL = { body: call('x') };

describe('a session of the older transport', () => {
  const legacySse = { path: '/sse', messagePath: '/messages' };

  /** Announces where messages go; what is written to a message's answer comes on the stream. */
  async function start() {
    const streams: ServerResponse[] = [];
    const seen: string[] = [];
    const { port } = await serve((req, res) => {
      seen.push(`${req.method} ${req.url}`);
      if (req.method === 'POST') {
        req.resume().on('end', () => res.writeHead(202).end());
        return;
      }
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write('event: endpoint\ndata: /in?session=1\n\n');
      streams.push(res);
    });
    const target = `http://127.0.0.1:${port}/mcp`;
    const updatable = await startUpdatable({ target, legacySse });
    const client = (await rawClient(updatable.port)).send(get('/sse'));
    await client.has(/data: \/messages\?session=1\n\n/);
    const message = async (path: string) => (await exchange(updatable.port, post(path))).text;
    return { ...updatable, target, streams, seen, client, message };
  }

  test('goes on over an update that has its paths and its target, and its stream does not end', async () => {
    const { gateway, target, streams, seen, client, message } = await start();
    gateway.update({ target, legacySse, heartbeat: '20s' }, { streams: 'end' });
    expect(await message('/messages?session=1')).toMatch(/^HTTP\/1\.1 202 /);
    expect(seen).toEqual(['GET /sse', 'POST /in?session=1']);
    streams[0]?.write('event: message\ndata: {}\n\n');
    await client.has(/event: message\ndata: \{\}\n\n/);
    expect([client.ending, unchunked(client.text).match(/event: /g)]).toEqual([
      undefined,
      ['event: ', 'event: '],
    ]);
  });

  test('gets no message where the older transport is off, and none from another path', async () => {
    const { gateway, target, seen, client, message } = await start();
    gateway.update({ target, legacySse: { ...legacySse, messagePath: '/other' } });
    expect(await message('/messages?session=1')).toMatch(/^HTTP\/1\.1 404 /);
    gateway.update({ target });
    expect(await message('/messages?session=1')).toMatch(/^HTTP\/1\.1 404 /);
    expect(await message('/other?session=1')).toMatch(/^HTTP\/1\.1 404 /);
    expect([seen, client.ending]).toEqual([['GET /sse'], undefined]);
  });
});

describe('metadata', () => {
  const at = (path: string) => ({
    method: 'GET',
    path: `/.well-known/oauth-protected-resource${path}`,
  });

  test('is served where the new public URL has it, and not where the old one had it', async () => {
    const { target } = await startUpstream();
    const configAt = (path: string): GatewayConfig => ({
      target,
      auth: jwt({ issuer: 'https://idp.example', audience: 'https://mcp.example' }),
      publicUrl: `https://mcp.example${path}`,
    });
    const { gateway, send } = await startUpdatable(configAt('/mcp'));
    expect((await send(at('/mcp'))).status).toBe(200);
    gateway.update(configAt('/v2/mcp'));
    expect((await send(at('/mcp'))).status).toBe(404);
    const moved = await send(at('/v2/mcp'));
    expect(JSON.parse(moved.body)).toMatchObject({ resource: 'https://mcp.example/v2/mcp' });
    const refused = await send(CALL);
    expect(refused.status).toBe(401);
    expect(headerOf(refused, 'WWW-Authenticate')).toContain('/v2/mcp');
    gateway.update({ target });
    expect((await send(at('/v2/mcp'))).status).toBe(404);
  });

  test('of the upstream is asked of the target that is one now', async () => {
    const upstreamOf = async (name: string) => {
      const { port } = await serve((_req, res) => {
        res.setHeader('Content-Type', 'application/json');
        const resource = `http://127.0.0.1:${port}/mcp`;
        res.end(JSON.stringify({ resource, authorization_servers: [`https://${name}.example`] }));
      });
      return `http://127.0.0.1:${port}/mcp`;
    };
    const [one, two] = [await upstreamOf('one'), await upstreamOf('two')];
    const publicUrl = 'https://mcp.example/mcp';
    const configTo = (target: string) => ({ target, publicUrl, auth: upstreamAuth() });
    const { gateway, send } = await startUpdatable(configTo(one));
    const servers = async () => JSON.parse((await send(at('/mcp'))).body).authorization_servers;
    expect(await servers()).toEqual(['https://one.example']);
    gateway.update(configTo(two));
    expect(await servers()).toEqual(['https://two.example']);
  });
});

test('a token that was exchanged is used on where the same tokenExchange() is given again', async () => {
  const server = await tokenServer(({ number }, res) =>
    json(res, 200, {
      access_token: `held-${number}`,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3600,
    }),
  );
  const { target, seen } = await startUpstream();
  const exchangeFor = () =>
    tokenExchange({ tokenUrl: server.url, clientId: 'gateway', clientSecret: 's3cret' });
  const same = exchangeFor();
  const configWith = (value: typeof same): GatewayConfig => ({
    target,
    headers: { set: { Authorization: value } },
  });
  const { gateway, send } = await startUpdatable(configWith(same));
  const request = { ...CALL, headers: { Authorization: 'Bearer alice' } };
  const given = async () => {
    expect((await send(request)).status).toBe(200);
    return seen.at(-1)?.headers.authorization;
  };
  expect(await given()).toBe('Bearer held-0');
  gateway.update({ ...configWith(same), heartbeat: '20s' });
  expect(await given()).toBe('Bearer held-0');
  gateway.update(configWith(exchangeFor()));
  expect(await given()).toBe('Bearer held-1');
  expect(server.seen).toHaveLength(2);
});

describeWithCertificates('a connection over TLS', () => {
  test('is used on under the same terms, and by nobody under others', async () => {
    const [authority, other] = [new Authority('Private authority'), new Authority('Other')];
    const upstream = await secureUpstream(authority.issue('localhost'));
    const target = `https://localhost:${upstream.port}/mcp`;
    const [well, wrong] = [{ ca: authority.cert }, { ca: other.cert }];
    const { gateway, send } = await startUpdatable({ target, tls: well });
    const statusUnder = async (tls: GatewayConfig['tls']) => {
      gateway.update({ target, ...(tls && { tls }) });
      return [(await send(CALL)).status, upstream.connections.length];
    };
    expect((await send(CALL)).status).toBe(200);
    expect(await statusUnder({ ...well })).toEqual([200, 1]);
    // Whoever does not trust the upstream gets nothing over a connection that another has opened.
    expect((await statusUnder(wrong))[0]).toBe(502);
    expect((await statusUnder(undefined))[0]).toBe(502);
    expect((await statusUnder({ unsafeAllowInvalidCertificates: true }))[0]).toBe(200);
    expect((await statusUnder(wrong))[0]).toBe(502);
    const client = authority.issue('gateway');
    await statusUnder({ ...well, cert: client.cert, key: client.key });
    expect(upstream.seen).toHaveLength(4);
  });
});

test('a call under way finishes at a target that was removed meanwhile', async () => {
  const held = Promise.withResolvers<ServerResponse>();
  const { port } = await serve((req, res) => {
    req.resume().on('end', () => held.resolve(res));
  });
  const { target: other } = await startUpstream('other');
  const { gateway, send } = await startUpdatable({
    target: `http://127.0.0.1:${port}/mcp`,
    breaker: { failures: 1 },
  });
  const answer = send(CALL);
  const res = await held.promise;
  gateway.update({ target: other }, { streams: 'end' });
  expect(headerOf(await send(CALL), 'X-Upstream')).toBe('other');
  expect(gateway.stats().requests.open).toBe(1);
  res.setHeader('X-Upstream', 'removed').end('{"late":true}');
  expect(await answer).toMatchObject({ status: 200, body: '{"late":true}' });
  while (gateway.stats().requests.open > 0) await new Promise(setImmediate);
});

test('the root of a host is free for another gateway once an update has given it up', () => {
  const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const target = 'http://127.0.0.1:1/mcp';
  const configOf = (path: string): GatewayConfig => ({
    target,
    auth: jwt({ issuer: 'https://idp.example', audience: 'https://root.example' }),
    publicUrl: `https://root.example${path}`,
    metadata: { root: true },
  });
  const first = createMcpGateway(configOf('/first'));
  first.update({ target });
  createMcpGateway(configOf('/second'));
  expect(emitted).not.toHaveBeenCalled();
  first.update(configOf('/first'));
  expect(emitted).toHaveBeenCalledTimes(1);
  emitted.mockRestore();
});

test('a session that was given up is not found again under the old configuration', async () => {
  const [one, two] = [await startUpstream('one'), await startUpstream('two')];
  const { gateway, send, begin } = await startUpdatable({ target: one.target, auth: believing });
  const id = await begin({ headers: { 'X-User': 'ada' } });
  const inSession = { ...CALL, headers: { 'X-User': 'ada', 'Mcp-Session-Id': id } };
  gateway.update({ target: two.target, auth: believing });
  expect(reasonOf(await send(inSession))).toBe('session_not_found');
  gateway.update({ target: one.target, auth: believing });
  expect((await send(inSession)).status).toBe(200);
});
