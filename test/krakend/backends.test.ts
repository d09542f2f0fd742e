import { text } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { closedPort } from '../support/closed-port.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { BACKEND, BACKEND_EXTRA, base, ENDPOINT, type Step, withValue } from './support/base.ts';
import { start } from './support/start.ts';

function documentFor(
  hosts: readonly string[],
  ...changes: readonly (readonly [readonly Step[], unknown])[]
) {
  return [[[...BACKEND, 'host'], hosts] as const, ...changes].reduce(
    (own, [at, value]) => withValue(own, at, value),
    base(),
  );
}

describe('auth/client-credentials', () => {
  const at = [...BACKEND_EXTRA, 'auth/client-credentials'];

  async function tokenServer(status = 200) {
    const asked: URLSearchParams[] = [];
    const { port } = await serve((req, res) => {
      void text(req).then((body) => {
        asked.push(new URLSearchParams(body));
        res.writeHead(status, { 'Content-Type': 'application/json' });
        res.end(
          JSON.stringify({ access_token: 'own-token', token_type: 'Bearer', expires_in: 60 }),
        );
      });
    });
    return { asked, url: `http://127.0.0.1:${port}/token` };
  }

  test('gets one token for all requests, with the parameters of the document', async () => {
    const upstream = await recordingUpstream();
    const { asked, url } = await tokenServer();
    const credentials = {
      client_id: 'me',
      client_secret: 'hush',
      token_url: url,
      scopes: 'a, b',
      endpoint_params: { audience: ['mcp'], custom: ['x'] },
    };
    const own = await start(
      documentFor([upstream.host], [at, credentials], [[...ENDPOINT, 'input_headers'], ['*']]),
    );
    for (let n = 0; n < 2; n += 1) {
      expect((await own.ask({ headers: { authorization: 'Bearer theirs' } })).status).toBe(200);
    }
    expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer own-token',
      'Bearer own-token',
    ]);
    expect(asked.map((params) => Object.fromEntries(params))).toEqual([
      expect.objectContaining({
        grant_type: 'client_credentials',
        scope: 'a b',
        audience: 'mcp',
        custom: 'x',
      }),
    ]);
  });

  test('sends nothing to the backend where there is no token', async () => {
    const upstream = await recordingUpstream();
    const { url } = await tokenServer(500);
    const credentials = { client_id: 'me', client_secret: 'hush', token_url: url };
    const own = await start(documentFor([upstream.host], [at, credentials]));
    expect((await own.ask({})).status).toBeGreaterThanOrEqual(500);
    expect(upstream.seen).toEqual([]);
  });
});

describe('several hosts', () => {
  const withSession = () =>
    recordingUpstream((_req, res) => {
      res.setHeader('Mcp-Session-Id', `session-${Math.random()}`);
      res.setHeader('Content-Type', 'application/json');
      res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
  const INITIALIZE =
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}';

  test('a session stays with the host that made it', async () => {
    const upstreams = [await withSession(), await withSession()];
    const own = await start(documentFor(upstreams.map(({ host }) => host)));
    for (let n = 0; n < 5; n += 1) {
      const before = upstreams.map(({ seen }) => seen.length);
      const begun = await own.ask({ body: INITIALIZE });
      const session = String(begun.headers['mcp-session-id']);
      const home = upstreams.findIndex(({ seen }, i) => seen.length > Number(before[i]));
      for (let call = 0; call < 3; call += 1) {
        await own.ask({ headers: { 'mcp-session-id': session } });
      }
      expect(upstreams[home]?.seen).toHaveLength(Number(before[home]) + 4);
    }
  });

  test('one that is not there costs no request', async () => {
    const upstream = await recordingUpstream();
    const port = await closedPort();
    const own = await start(documentFor([upstream.host, `127.0.0.1:${port}`]));
    const statuses = [];
    for (let n = 0; n < 10; n += 1) statuses.push((await own.ask({})).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

test('the client’s query goes upstream as far as it is named', async () => {
  const upstream = await recordingUpstream();
  const own = await start(
    documentFor(
      [upstream.host],
      [[...ENDPOINT, 'input_query_strings'], ['a']],
      [[...BACKEND, 'url_pattern'], '/mcp?key=1'],
    ),
  );
  await own.ask({ path: '/mcp?b=2&a=x%20y&key=theirs' });
  expect(upstream.seen.map(({ url }) => url)).toEqual(['/mcp?key=1&a=x%20y']);
});

test('a backend that is silent is 504, and one that is not there 502', async () => {
  const { port } = await serve(() => {});
  const silent = await start(
    documentFor([`127.0.0.1:${port}`], [[...ENDPOINT, 'timeout'], '100ms']),
  );
  expect((await silent.ask({})).status).toBe(504);
  const missing = await start(documentFor([`127.0.0.1:${await closedPort()}`]));
  expect((await missing.ask({})).status).toBe(502);
});

test('a redirect of the backend is 502', async () => {
  const { port } = await serve((_req, res) => res.writeHead(302, { Location: '/other' }).end());
  const own = await start(documentFor([`127.0.0.1:${port}`]));
  expect((await own.ask({})).status).toBe(502);
});
