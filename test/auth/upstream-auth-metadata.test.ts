import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig, upstreamAuth } from '../../src/index.ts';
import { headerOf, valuesOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import {
  challenge,
  document,
  METADATA,
  PUBLIC,
  protectedUpstream,
  WELL_KNOWN,
} from './support/protected-upstream.ts';

const REST = {
  authorization_servers: ['https://idp.example'],
  scopes_supported: ['a'],
  extra: [1],
};
const PATH_FORM = `${WELL_KNOWN}/up/mcp`;

describe("the upstream's metadata is at the gateway", () => {
  test.each<[string, string, string[]]>([
    ['at the path form', PATH_FORM, [PATH_FORM]],
    ['at the root form', WELL_KNOWN, [PATH_FORM, WELL_KNOWN]],
  ])('%s', async (_, path, asked) => {
    const signed = { signed_metadata: 'a.b.c' };
    const own = await protectedUpstream({
      [path]: (req, res) =>
        document({ resource: `http://${req.headers.host}/up/mcp`, ...REST, ...signed })(req, res),
    });
    const answer = await own.metadata();
    expect([answer.status, headerOf(answer, 'content-type')]).toEqual([200, 'application/json']);
    expect(headerOf(answer, 'access-control-allow-origin')).toBe('*');
    // What was signed says something else now.
    expect(JSON.parse(answer.body)).toEqual({ ...REST, resource: PUBLIC });
    expect(own.paths()).toEqual(asked);
    expect(own.upstream.seen.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('where its challenges say that it is', async () => {
    const own = await protectedUpstream({
      '/up/mcp': (req, res) =>
        challenge(`Bearer resource_metadata="http://${req.headers.host}/meta/mcp?v=1"`)(req, res),
      '/meta/mcp?v=1': (req, res) =>
        document({ resource: `http://${req.headers.host}/up/mcp`, ...REST })(req, res),
      [PATH_FORM]: document({ resource: 'https://stale.example' }),
    });
    const refused = await send(own.gateway.port);
    expect(valuesOf(refused, 'www-authenticate')).toEqual([
      `Bearer resource_metadata="${METADATA}"`,
    ]);
    expect(JSON.parse((await own.metadata()).body)).toEqual({ ...REST, resource: PUBLIC });
    expect(own.paths()).toEqual(['/up/mcp', '/meta/mcp?v=1']);
  });

  test('not where they say so with another scheme in front of the origin', async () => {
    const own = await protectedUpstream({
      '/up/mcp': (req, res) =>
        challenge(`Bearer resource_metadata="blob:http://${req.headers.host}/meta"`)(req, res),
      [PATH_FORM]: document(REST),
    });
    await send(own.gateway.port);
    expect((await own.metadata()).status).toBe(200);
    expect(own.paths()).toEqual(['/up/mcp', PATH_FORM]);
  });

  test('none: the request goes on, to whatever else the app has there', async () => {
    const own = await protectedUpstream({});
    expect((await own.metadata()).status).toBe(404);
    const older = '/.well-known/oauth-authorization-server';
    expect(own.paths()).toEqual([PATH_FORM, WELL_KNOWN, older]);
  });

  test('a kept-alive connection that the upstream is about to close is not used for it', async () => {
    const used = new Set<unknown>();
    const own = await protectedUpstream({
      '/up/mcp': (req, res) => {
        used.add(req.socket);
        challenge('Bearer realm="a"')(req, res);
      },
      [PATH_FORM]: (req, res) => {
        if (used.has(req.socket)) req.socket.destroy();
        else document(REST)(req, res);
      },
    });
    await send(own.gateway.port);
    expect((await own.metadata()).status).toBe(200);
  });

  test('nothing of the client goes to the upstream for it', async () => {
    const own = await protectedUpstream({ [PATH_FORM]: document({ ...REST }) });
    await send(own.gateway.port, {
      method: 'GET',
      path: `${WELL_KNOWN}/mcp?access_token=a`,
      headers: {
        Authorization: 'Bearer secret',
        Cookie: 'a=b',
        'X-Any': 'c',
        Origin: 'https://x.example',
      },
    });
    expect(own.paths()).toEqual([PATH_FORM]);
    expect(own.upstream.seen[0]?.rawHeaders.join()).not.toMatch(/secret|cookie|x-any|origin/i);
  });

  test('POST is not allowed, and asks nobody', async () => {
    const own = await protectedUpstream({ [PATH_FORM]: document(REST) });
    const { status } = await send(own.gateway.port, { path: `${WELL_KNOWN}/mcp` });
    expect([status, own.upstream.seen.length]).toEqual([405, 0]);
  });
});

describe('the upstream hears of nobody through its metadata whom it would not hear of otherwise', () => {
  test.each<[string, number, Partial<GatewayConfig>]>([
    ['an address that may not come in', 403, { ipFilter: { deny: ['127.0.0.0/8'] } }],
    ['another host name', 403, { hosts: ['another.example'] }],
  ])('%s', async (_, status, config) => {
    const own = await protectedUpstream({ [PATH_FORM]: document(REST) }, config);
    expect([(await own.metadata()).status, own.paths()]).toEqual([status, []]);
  });

  test('somebody who asks too often', async () => {
    const rateLimit = { limit: 1, window: '1h' };
    const own = await protectedUpstream({ [PATH_FORM]: document(REST) }, { rateLimit });
    expect([(await own.metadata()).status, (await own.metadata()).status]).toEqual([200, 429]);
    expect(own.paths()).toEqual([PATH_FORM]);
  });

  test('a preflight asks nobody, and is no request too many', async () => {
    const rateLimit = { limit: 1, window: '1h' };
    const own = await protectedUpstream({ [PATH_FORM]: document(REST) }, { rateLimit });
    const preflight = { method: 'OPTIONS', path: `${WELL_KNOWN}/mcp` };
    for (let i = 0; i < 3; i += 1) {
      expect((await send(own.gateway.port, preflight)).status).toBe(204);
    }
    expect([own.paths(), (await own.metadata()).status]).toEqual([[], 200]);
  });

  test('somebody who comes when the gateway is closed', async () => {
    const upstream = await recordingUpstream();
    const target = `${new URL(upstream.target as string).origin}/up/mcp`;
    const gateway = createMcpGateway({ target, publicUrl: PUBLIC, auth: upstreamAuth() });
    const { port } = await serve(express().use(gateway));
    await gateway.close();
    const { status } = await send(port, { method: 'GET', path: `${WELL_KNOWN}/mcp` });
    expect([status, upstream.seen]).toEqual([503, []]);
  });
});

describe('what a challenge names elsewhere is never fetched', () => {
  const forms: [string, (canary: string) => string][] = [
    ['another port', (canary) => `http://${canary}/meta`],
    ['another port, with a user like the host', (canary) => `http://127.0.0.1@${canary}/meta`],
    ['a path with the host in it', (canary) => `/\\${canary}/meta`],
    ['a scheme-less URL', (canary) => `//${canary}/meta`],
  ];

  test.each(forms)('%s', async (_, urlAt) => {
    const heard: string[] = [];
    const canary = await serve((req, res) => {
      heard.push(String(req.url));
      res.end('{}');
    });
    const url = urlAt(`127.0.0.1:${canary.port}`);
    const own = await protectedUpstream({
      '/up/mcp': challenge(`Bearer resource_metadata="${url}"`),
      [PATH_FORM]: (req, res) =>
        document({ resource: `http://${req.headers.host}/up/mcp`, ...REST })(req, res),
    });
    expect((await send(own.gateway.port)).status).toBe(401);
    expect(JSON.parse((await own.metadata()).body)).toEqual({ ...REST, resource: PUBLIC });
    expect(heard).toEqual([]);
  });

  test('nor is a host that hides in a path of the upstream', async () => {
    const heard: string[] = [];
    const canary = await serve((req, res) => {
      heard.push(String(req.url));
      res.end('{}');
    });
    const hidden = `//127.0.0.1:${canary.port}/meta`;
    const own = await protectedUpstream({
      '/up/mcp': (req, res) =>
        challenge(`Bearer resource_metadata="http://${req.headers.host}${hidden}"`)(req, res),
      [PATH_FORM]: document(REST),
    });
    await send(own.gateway.port);
    expect((await own.metadata()).status).toBe(200);
    expect(heard).toEqual([]);
    expect(own.paths()).toEqual(['/up/mcp', hidden, PATH_FORM]);
  });

  test('nor is where a redirect leads', async () => {
    const heard: string[] = [];
    const canary = await serve((req, res) => {
      heard.push(String(req.url));
      res.end('{}');
    });
    const location = `http://127.0.0.1:${canary.port}/`;
    const own = await protectedUpstream({
      [PATH_FORM]: (_req, res) => res.writeHead(307, { Location: location }).end(),
      [WELL_KNOWN]: (req, res) =>
        document({ resource: `http://${req.headers.host}/`, ...REST })(req, res),
    });
    expect((await own.metadata()).status).toBe(200);
    expect(heard).toEqual([]);
  });
});

describe('a document that cannot be had is an answer of the error table, in bounded time', () => {
  const hostile: [string, Parameters<typeof protectedUpstream>[0][string]][] = [
    ['no JSON', (_req, res) => res.end('<html>')],
    ['null', document(null)],
    ['a list', document([1])],
    ['a text', document('resource')],
    ['more than anybody needs', (_req, res) => res.end(JSON.stringify('x'.repeat(1024 * 1024)))],
    [
      'without an end',
      (_req, res) => {
        res.on('error', () => {});
        const more = () =>
          res.destroyed || res.write('x'.repeat(64 * 1024), () => setImmediate(more));
        more();
      },
    ],
    [
      'cut off',
      (_req, res) => res.writeHead(200, { 'Content-Length': 100 }).write('{', () => res.destroy()),
    ],
    ['no answer but the end', (req) => req.socket.destroy()],
    ['silence', () => {}],
    ['a head and silence', (_req, res) => res.writeHead(200).write('{')],
  ];

  test.each(hostile)('%s', async (_, respond) => {
    const own = await protectedUpstream({ [PATH_FORM]: respond });
    holdTimers();
    const answer = await inHeldTime(own.metadata());
    expect([502, 504]).toContain(answer.status);
    expect(headerOf(answer, 'content-type')).toBe('application/json');
    expect(JSON.parse(answer.body).error.data.reason).toMatch(
      /^upstream_(invalid|timeout|unreachable)$/,
    );
    expect(answer.body).not.toMatch(/127\.0\.0\.1|\bat |SyntaxError|ECONN/);
    expect(own.gateway.errors).toHaveLength(1);
  });
});
