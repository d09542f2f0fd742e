import { describe, expect, test } from '@jest/globals';
import type { Answer } from '../support/client/answer.ts';
import { valuesOf } from '../support/client/answer.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import { JSON_TYPE } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { nowInSeconds } from '../support/jwt/issued.ts';
import { json, keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { call, message } from '../support/messages.ts';
import { startExample } from '../support/start-example.ts';
import { recordingUpstream, type SeenRequest } from '../support/upstream.ts';

const HOOKS = new URL('./support/example-places.ts', import.meta.url);
const METADATA = '/.well-known/oauth-authorization-server';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const key = await signingKey('key-1');

interface From {
  /** Of those that are allowed. */
  readonly ip?: string;
  /** Without one, no token is sent. */
  readonly user?: string;
  readonly tenant?: string;
}

interface Example {
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** What the authorization server was asked for. */
  readonly asked: readonly string[];
  send(body: string, from?: From): Promise<Answer>;
  /** Calls `fetch_pages`; `pages` is source text. */
  fetchPages(pages: string, from?: From): Promise<Answer>;
  /** Opens a stream, and waits for the head of its answer. */
  listen(from: From): Promise<RawClient>;
}

/** The example, with an upstream and an authorization server on this machine. */
async function start(): Promise<Example> {
  const idp = await keyServer();
  idp.answer = (req, res) => {
    const { issuer, jwksUri } = idp;
    const metadata = { issuer, jwks_uri: jwksUri };
    json(req.url === METADATA ? metadata : { keys: [key.jwk] })(req, res);
  };
  const upstream = await recordingUpstream((req, res) => {
    if (req.method === 'GET')
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(':');
    else
      res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const { port } = await startExample('limits.ts', {
    NODE_OPTIONS: `--import=${HOOKS}`,
    PLACES: JSON.stringify({
      'https://third-party-mcp-server.example/mcp': upstream.target,
      'https://idp.example': idp.issuer,
    }),
  });
  const tokens = new Map<string, Promise<string>>();
  const headers = async ({ ip = '10.0.0.1', user, tenant = 'acme' }: From) => {
    const claims = {
      iss: idp.issuer,
      aud: AUDIENCE,
      sub: user,
      exp: nowInSeconds() + HOUR,
      tenant,
    };
    const id = JSON.stringify([user, tenant]);
    const token = tokens.get(id) ?? sign(key, claims);
    tokens.set(id, token);
    const authorization = user !== undefined && { Authorization: `Bearer ${await token}` };
    return { ...JSON_TYPE, 'X-Forwarded-For': ip, ...authorization };
  };
  const send = async (body: string, from: From = { user: 'ada' }) =>
    post(port, body, { headers: await headers(from) });
  return {
    port,
    seen: upstream.seen,
    asked: idp.requests,
    send,
    fetchPages: (pages, from) => send(call('fetch_pages', { args: `{"pages":${pages}}` }), from),
    async listen(from) {
      const lines = Object.entries(await headers(from)).map(([name, value]) => `${name}: ${value}`);
      const client = await rawClient(port);
      client.send(['GET /mcp HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n'));
      await client.has(/\r\n\r\n/);
      return client;
    },
  };
}

/** Source texts of what is no number of pages, and counts as one. */
const NO_PAGES = [
  '{}',
  '{"valueOf":1}',
  '{"valueOf":1e400}',
  '{"toString":null,"valueOf":null}',
  '{"__proto__":{}}',
  '[5]',
  '"7"',
  '"1e400"',
  'null',
  'true',
  '-1',
  '0',
  '-0',
  '1e-400',
];

/** More than the limit, or so much that readers would not agree on the number. */
const TOO_MANY = ['1001', '1000.5', '10001', '1e20', '1e400', '-1e400'];

/** Refused by the limit of this name, for no longer than its window. */
function expectOver(answer: Answer, name: string, window: number, terms: string): void {
  expect([outcomeOf(answer), errorOf(answer).data.reason]).toEqual([429, 'rate_limited']);
  expect(errorOf(answer).message).toContain(terms);
  expect(valuesOf(answer, 'ratelimit').at(-1)).toContain(`"${name}"; r=0;`);
  const [wait] = valuesOf(answer, 'retry-after').map(Number);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(window);
}

describe('examples/limits.ts does what it says', () => {
  test('one proxy in front says where clients come from, and only some networks may', async () => {
    const { send, seen } = await start();
    const from = async (ip: string) => (await send(message('ping'), { user: 'ada', ip })).status;
    expect(await from('10.255.0.1')).toBe(200);
    expect(await from('::ffff:10.1.2.3')).toBe(200);
    expect(await from('2001:db8:ffff::1')).toBe(200);
    // What a client says stands before what the proxy says.
    expect(await from('192.0.2.1, 10.1.2.3')).toBe(200);
    expect(await from('10.1.2.3, 192.0.2.1')).toBe(403);
    expect(await from('10.6.6.6')).toBe(403);
    expect(await from('::ffff:10.6.6.6')).toBe(403);
    expect(await from('2001:db9::1')).toBe(403);
    expect(seen).toHaveLength(4);
  });

  test('300 a minute from one address, before a token is looked at', async () => {
    const { send, asked, seen } = await start();
    const statuses: number[] = [];
    for (let i = 0; i < 300; i += 1) {
      statuses.push((await send(message('ping'), { ip: '2001:db8:1:100::1' })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([401]));
    // The same customer: of IPv6, each /56 is one.
    const over = await send(message('ping'), { ip: '2001:db8:1:1ff::2', user: 'ada' });
    expectOver(over, 'ip-60s', MINUTE, '300 in 1 minute');
    expect(asked).toEqual([]);
    expect((await send(message('ping'), { ip: '2001:db8:1:200::1', user: 'ada' })).status).toBe(
      200,
    );
    expect(asked).not.toEqual([]);
    expect(seen).toHaveLength(1);
  });

  test('30 calls a minute of each tool for each user, from wherever', async () => {
    const { send } = await start();
    for (let i = 0; i < 30; i += 1) {
      const answer = await send(call('search'), { user: 'ada', ip: `10.0.0.${i}` });
      expect(answer.status).toBe(200);
      expect(valuesOf(answer, 'ratelimit')[1]).toContain(`"user-tool-60s"; r=${29 - i};`);
    }
    const over = await send(call('search'), { user: 'ada', ip: '10.0.1.1' });
    expectOver(over, 'user-tool-60s', MINUTE, '30 in 1 minute');
    expect((await send(call('find'), { user: 'ada' })).status).toBe(200);
    expect((await send(message('tools/list'), { user: 'ada' })).status).toBe(200);
    expect((await send(call('search'), { user: 'eve' })).status).toBe(200);
  });

  test('5 an hour of all that deletes, together', async () => {
    const { send } = await start();
    for (const tool of ['file', 'user', 'file', 'all', '']) {
      expect((await send(call(`delete_${tool}`))).status).toBe(200);
    }
    expectOver(await send(call('delete_more')), 'deletions', HOUR, '5 in 1 hour');
    expect((await send(call('undelete_more'))).status).toBe(200);
    expect((await send(call('delete_more'), { user: 'eve' })).status).toBe(200);
  });

  test('1,000 pages a day for each tenant, whoever of it asks', async () => {
    const { fetchPages, send } = await start();
    expect((await fetchPages('600', { user: 'ada' })).status).toBe(200);
    const over = await fetchPages('401', { user: 'eve' });
    expect([over.status, errorOf(over).data.reason]).toEqual([200, 'rate_limited']);
    expect(errorOf(over).message).toContain('1000 in 1 day');
    expect(Number(valuesOf(over, 'retry-after')[0])).toBeLessThanOrEqual(DAY);
    // A smaller one can still pass, and uses up what is left.
    const last = await fetchPages('400', { user: 'eve' });
    expect(last.status).toBe(200);
    expect(valuesOf(last, 'ratelimit').at(-1)).toContain('"pages"; r=0;');
    expect(outcomeOf(await fetchPages('1', { user: 'eve' }))).toBe(429);
    expect((await send(call('search'), { user: 'eve' })).status).toBe(200);
    expect((await fetchPages('1000', { user: 'bob', tenant: 'other' })).status).toBe(200);
  });

  test('whatever a client says of its pages is never a 500, and more than 1,000 are too many', async () => {
    const { fetchPages, seen } = await start();
    const weights = { '1.5': 2, '7': 7, '999.5': 1000, '1e3': 1000 };
    const units = Object.entries({
      ...Object.fromEntries(NO_PAGES.map((pages) => [pages, 1])),
      ...weights,
    });
    for (const [pages, weight] of units) {
      const answer = await fetchPages(pages, { user: 'ada', tenant: pages });
      expect([pages, answer.status]).toEqual([pages, 200]);
      expect(valuesOf(answer, 'ratelimit').at(-1)).toContain(`"pages"; r=${1000 - weight};`);
    }
    expect(seen).toHaveLength(units.length);
    for (const pages of TOO_MANY) {
      const from = { user: 'ada', tenant: pages };
      const answer = await fetchPages(pages, from);
      expect([pages, answer.status, errorOf(answer).data.reason]).toEqual([
        pages,
        200,
        'rate_limited',
      ]);
      expect(seen).toHaveLength(units.length);
    }
  });

  test('pages in another spelling, which servers may read as well, are too many', async () => {
    const { send, seen } = await start();
    for (const args of ['{"Pages":7}', '{"pages":7,"PAGES":70}', '{"pages":"7\\u0000"}']) {
      const answer = await send(call('fetch_pages', { args }));
      expect([answer.status, errorOf(answer).data.reason]).toEqual([200, 'rate_limited']);
    }
    expect(seen).toHaveLength(0);
  });

  test('4 streams of one user, from wherever', async () => {
    const { listen, send } = await start();
    const open: RawClient[] = [];
    for (let i = 0; i < 4; i += 1) open.push(await listen({ user: 'ada', ip: `10.0.0.${i}` }));
    expect(open.flatMap(({ statuses }) => statuses)).toEqual([200, 200, 200, 200]);
    const refused = await listen({ user: 'ada' });
    expect(refused.statuses).toEqual([429]);
    expect(refused.text).toContain('too_many_streams');
    expect((await listen({ user: 'eve' })).statuses).toEqual([200]);
    expect((await send(call('search'), { user: 'ada' })).status).toBe(200);
  });

  test('clients are told where to get a token', async () => {
    const { port, send } = await start();
    const url = `http://127.0.0.1:${port}/.well-known/oauth-protected-resource/mcp`;
    const metadata = await (await fetch(url)).json();
    expect(metadata).toMatchObject({
      resource: AUDIENCE,
      authorization_servers: [expect.any(String)],
    });
    const refused = await send(message('ping'), {});
    expect(refused.status).toBe(401);
    expect(valuesOf(refused, 'www-authenticate').join()).toContain(
      'https://gateway.example/.well-known/oauth-protected-resource/mcp',
    );
  });
});
