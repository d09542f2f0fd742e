import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, upstreamAuth } from '../../src/index.ts';
import { send } from '../support/client/send.ts';
import { serve } from '../support/servers.ts';
import {
  challenge,
  document,
  type ProtectedUpstream,
  PUBLIC,
  protectedUpstream,
  WELL_KNOWN,
} from './support/protected-upstream.ts';

const SERVER = '/.well-known/oauth-authorization-server';
const PATH_FORM = `${WELL_KNOWN}/up/mcp`;
const METADATA = {
  issuer: 'https://server.example',
  authorization_endpoint: 'https://server.example/authorize',
  token_endpoint: 'https://server.example/token',
};

const said = async (own: ProtectedUpstream) => {
  const { status, body } = await own.metadata();
  return status === 200 ? JSON.parse(body) : status;
};

describe('a server of MCP 2025-03-26, which is its own authorization server', () => {
  test('is described to clients as a resource whose authorization server is its origin', async () => {
    const own = await protectedUpstream({ [SERVER]: document(METADATA) });
    expect(await said(own)).toEqual({ resource: PUBLIC, authorization_servers: [own.origin] });
    expect(own.paths()).toEqual([PATH_FORM, WELL_KNOWN, SERVER]);
  });

  test.each([
    ['with a slash at the end', '/', '/'],
    ['without one', '', ''],
    ['of another path', '/idp', ''],
    ['with two slashes', '//', ''],
  ])('an issuer %s: clients compare the text', async (_, after, expected) => {
    const own = await protectedUpstream({
      [SERVER]: (req, res) =>
        document({ ...METADATA, issuer: `http://${req.headers.host}${after}` })(req, res),
    });
    expect(await said(own)).toMatchObject({ authorization_servers: [own.origin + expected] });
  });

  test('is asked again each time, once for all who ask together', async () => {
    const own = await protectedUpstream({ [SERVER]: document(METADATA) });
    await Promise.all([own.metadata(), own.metadata(), own.metadata()]);
    expect(own.paths()).toEqual([PATH_FORM, WELL_KNOWN, SERVER]);
    await own.metadata();
    expect(own.paths()).toHaveLength(6);
  });

  test('keeps its challenges as they are where they name no metadata', async () => {
    const own = await protectedUpstream({
      '/up/mcp': challenge('Bearer error="invalid_token"'),
      [SERVER]: document(METADATA),
    });
    const refused = await send(own.gateway.port);
    expect([refused.status, refused.head.includes('Bearer error="invalid_token"')]).toEqual([
      401,
      true,
    ]);
    expect(await said(own)).toMatchObject({ authorization_servers: [own.origin] });
  });

  test('is described at the root as well where that is wanted', async () => {
    const own = await protectedUpstream(
      { [SERVER]: document(METADATA) },
      { metadata: { root: true } },
    );
    const answer = await send(own.gateway.port, { method: 'GET', path: WELL_KNOWN });
    expect(JSON.parse(answer.body)).toMatchObject({ authorization_servers: [own.origin] });
  });
});

describe('an own document of the upstream comes first', () => {
  const resource = {
    resource: 'https://other.example',
    authorization_servers: ['https://idp.example'],
  };

  test.each([PATH_FORM, WELL_KNOWN])('at %s', async (path) => {
    const own = await protectedUpstream({
      [path]: document(resource),
      [SERVER]: document(METADATA),
    });
    expect(await said(own)).toEqual(resource);
    expect(own.paths()).not.toContain(SERVER);
  });

  test.each([
    ['is refused with 401', 401],
    ['is refused with 403', 403],
    ['is not allowed', 405],
    ['is gone', 410],
    ['fails', 500],
    ['is not there at the moment', 503],
    ['is somewhere else', 307],
    ['is empty', 204],
  ])('where it %s, nothing is made up', async (_, status) => {
    for (const path of [PATH_FORM, WELL_KNOWN]) {
      const own = await protectedUpstream({
        [path]: (_req, res) => res.writeHead(status).end(),
        [SERVER]: document(METADATA),
      });
      expect([path, await said(own)]).toEqual([path, 404]);
      expect(own.paths()).not.toContain(SERVER);
    }
  });

  test('where it cannot be read, that is told, and nothing is made up', async () => {
    for (const body of ['<html>', 'null', '[]']) {
      const own = await protectedUpstream({
        [PATH_FORM]: (_req, res) => res.end(body),
        [SERVER]: document(METADATA),
      });
      expect([body, await said(own)]).toEqual([body, 502]);
      expect(own.paths()).not.toContain(SERVER);
    }
  });

  test('where a challenge says that it is at another server, nothing is made up', async () => {
    const own = await protectedUpstream({
      '/up/mcp': challenge('Bearer resource_metadata="https://idp.example/about"'),
      [SERVER]: document(METADATA),
    });
    await send(own.gateway.port);
    expect(await said(own)).toBe(404);
    expect(own.paths()).not.toContain(SERVER);
  });
});

describe('what is no metadata of an authorization server is none', () => {
  test.each<[string, Parameters<typeof protectedUpstream>[0][string]]>([
    ['the page of an app that has one for every path', (_req, res) => res.end('<html>')],
    ['null', document(null)],
    ['a list', document([METADATA])],
    ['an object of something else', document({ message: 'hello' })],
    ['a token endpoint that is no text', document({ ...METADATA, token_endpoint: 7 })],
    ['401', (_req, res) => res.writeHead(401).end(JSON.stringify(METADATA))],
    ['500', (_req, res) => res.writeHead(500).end(JSON.stringify(METADATA))],
    ['a redirect', (_req, res) => res.writeHead(302, { Location: '/elsewhere' }).end()],
  ])('%s: the request goes on', async (_, respond) => {
    const own = await protectedUpstream({ [SERVER]: respond });
    expect(await said(own)).toBe(404);
    expect(own.paths()).toEqual([PATH_FORM, WELL_KNOWN, SERVER]);
  });

  test.each<[string, Parameters<typeof protectedUpstream>[0][string]]>([
    ['no answer', (req) => req.socket.destroy()],
    [
      'half an answer',
      (_req, res) => res.writeHead(200, { 'Content-Length': 100 }).write('{', () => res.destroy()),
    ],
    ['more than anybody needs', document({ ...METADATA, pad: 'x'.repeat(300_000) })],
  ])('%s: an answer of the error table', async (_, respond) => {
    const own = await protectedUpstream({ [SERVER]: respond });
    expect(await said(own)).toBe(502);
  });

  test('a handler in this process has no origin that clients could log in at', async () => {
    const target = express();
    target.get(SERVER, (_req, res) => void res.json(METADATA));
    const gateway = createMcpGateway({ target, publicUrl: PUBLIC, auth: upstreamAuth() });
    const { port } = await serve(express().use(gateway));
    const { status } = await send(port, { method: 'GET', path: `${WELL_KNOWN}/mcp` });
    expect(status).toBe(404);
  });
});
