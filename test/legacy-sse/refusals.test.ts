import { once } from 'node:events';
import { setTimeout as realTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import {
  accessLog,
  createMcpGateway,
  denyTools,
  type GatewayConfig,
  type RequestRecord,
  requireScopes,
  upstreamAuth,
} from '../../src/index.ts';
import { exchange, type RawClient, rawClient } from '../support/client/raw.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { serve } from '../support/servers.ts';
import { gatewayFor, get, type Upstream, unchunked, upstreamWith } from './support.ts';

const ENDPOINT = 'event: endpoint\ndata: /messages?sessionId=1\n\n';
const DENIES: Partial<GatewayConfig> = {
  policies: { ...denyTools('delete_*'), message: 'Use another tool' },
};

const denied = (id: string) =>
  `event: message\ndata: {"jsonrpc":"2.0","id":${id},"error":{"code":403,"message":"Use another tool","data":{"reason":"policy_denied"}}}\n\n`;

const call = (id: string, name = 'delete_all') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":{}}}`;

const posted = (body: string, more = '', query = '?sessionId=1') =>
  `POST /messages${query} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n` +
  `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${more}\r\n${body}`;

/** Opens a stream and waits for the endpoint. */
async function openStream(port: number, more = ''): Promise<RawClient> {
  const client = (await rawClient(port)).send(get('/sse', more));
  await client.has(/data: [^\n\r]+[\n\r]{2}/);
  return client;
}

/** Waits for what the stream has to have brought behind its endpoint. */
async function brings(client: RawClient, expected: string): Promise<void> {
  while (unchunked(client.text).length < ENDPOINT.length + expected.length) {
    if (client.ending !== undefined) break;
    await once(client, 'change');
  }
  expect(unchunked(client.text)).toBe(ENDPOINT + expected);
}

const write = ({ streams }: Upstream, text: string, stream = 0) => streams[stream]?.write(text);

async function statusOf(port: number, request: string): Promise<number | undefined> {
  return (await exchange(port, request)).statuses[0];
}

describe('a refused request is answered on the stream of its session, where clients read answers', () => {
  test('the POST is accepted, without a body', async () => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), DENIES);
    const client = await openStream(port);
    const { text } = await exchange(port, posted(call('7')));
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(text).toMatch(/\r\n\r\n$/);
    expect(text).not.toMatch(/^content-type:/im);
    await brings(client, denied('7'));
  });

  test('in order, among the events of the upstream, with the id as it was written', async () => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, DENIES);
    const client = await openStream(port);
    const first = 'id: 1\ndata: {"one":1}\n\n';
    const second = 'data: {"two":2}\n\n';
    write(upstream, first);
    await client.has(/"one":1\}\n\n/);
    await exchange(port, posted(call('"a\\u0062"')));
    await exchange(port, posted(call('12345678901234567890')));
    write(upstream, second);
    await brings(client, first + denied('"a\\u0062"') + denied('12345678901234567890') + second);
  });

  test.each([
    ['LF', '\n', ''],
    ['CR LF', '\r\n', ''],
    ['CR LF, of which the last LF is late', '\r\n', '\n'],
    ['CR', '\r', ''],
  ])('never within an event: lines end with %s', async (_name, eol, late) => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, DENIES);
    const client = await openStream(port);
    const half = `event: message${eol}data: {"ha`;
    const end = `lf":1}${eol}${eol}`;
    const next = `data: {"next":2}${eol}${eol}`;
    write(upstream, half);
    await client.has(/"ha/);
    expect(await statusOf(port, posted(call('1')))).toBe(202);
    expect(await statusOf(port, posted(call('2')))).toBe(202);
    if (late !== '') {
      const begun = end.slice(0, -late.length);
      write(upstream, begun);
      await client.has(/lf":1\}\r\n\r/);
    }
    // What ends the event comes together with the next.
    write(upstream, late + (late === '' ? end : '') + next);
    await brings(client, half + end + denied('1') + denied('2') + next);
  });

  test.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('behind an event that ends with %s and is the last for long', async (_name, eol) => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, DENIES);
    const client = await openStream(port);
    const event = `data: {"a":1}${eol}${eol}`;
    write(upstream, event);
    await client.has(/"a":1\}[\r\n]{2,}/);
    while (!unchunked(client.text).endsWith(event)) await once(client, 'change');
    await exchange(port, posted(call('1')));
    await brings(client, event + denied('1'));
    write(upstream, event);
    await brings(client, event + denied('1') + event);
  });

  test('what waits for an event to end goes out behind it, whatever the parts it comes in', async () => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, DENIES);
    const client = await openStream(port);
    const event = 'data: {"a":1}\r\n\r\n';
    write(upstream, event.slice(0, 10));
    await client.has(/\{"a/);
    await exchange(port, posted(call('1')));
    for (const byte of event.slice(10)) {
      write(upstream, byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await brings(client, event + denied('1'));
  });

  test('with filterLists, while a list waits for the policies', async () => {
    let decide: (allow: boolean) => void = () => {};
    const upstream = await upstreamWith([ENDPOINT]);
    const asked: string[] = [];
    const port = await gatewayFor(upstream, {
      filterLists: true,
      policies: [
        {
          name: 'slow',
          check: ({ mcp: { name } }) => name !== 'delete_all',
          message: 'Use another tool',
        },
        ({ mcp: { name = '' } }) => {
          asked.push(name);
          return (
            name !== 'slow' ||
            new Promise<boolean>((resolve) => {
              decide = resolve;
            })
          );
        },
      ],
    });
    const client = await openStream(port);
    const list = 'data: {"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"slow"}]}}\n\n';
    write(upstream, list);
    while (!asked.includes('slow')) await new Promise((resolve) => setImmediate(resolve));
    await exchange(port, posted(call('2')));
    await brings(client, denied('2'));
    decide(true);
    await brings(client, denied('2') + list);
  });

  test('a limit that has read the message, with the time to wait', async () => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, {
      rateLimit: { limit: 1, window: '1h', by: 'tool' },
    });
    const client = await openStream(port);
    expect(await statusOf(port, posted(call('1', 'once')))).toBe(202);
    const { text } = await exchange(port, posted(call('2', 'once')));
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(text).toMatch(/RateLimit/i);
    await client.has(/"id":2,.*"code":429,.*wait \d+ seconds.*"rate_limited".*\n\n/);
    expect(upstream.seen).toEqual(['GET /sse', 'POST /messages?sessionId=1']);
    expect(unchunked(client.text)).toMatch(/"id":2,"error":\{"code":429,/);
  });

  test.each<[string, Partial<GatewayConfig>, string, number, string]>([
    [
      'the message check',
      DENIES,
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":[]}',
      -32602,
      'invalid_request',
    ],
    [
      'bodyLimit',
      { ...DENIES, bodyLimit: '1kb' },
      call('3', 'x'.repeat(2000)),
      413,
      'payload_too_large',
    ],
    [
      'bodyLimit, where nothing reads the message',
      { bodyLimit: '1kb' },
      call('3', 'x'.repeat(2000)),
      413,
      'payload_too_large',
    ],
    [
      'a limit by address',
      { rateLimit: { limit: 1, window: '1h' } },
      call('3'),
      429,
      'rate_limited',
    ],
    [
      'a middleware in `use` that fails',
      {
        ...DENIES,
        use: (req, _res, next) => next(req.method === 'POST' ? new Error('no') : undefined),
      },
      call('3', 'allowed'),
      500,
      'internal_error',
    ],
    [
      'server/discover, refused by a policy',
      { policies: ({ mcp: { method } }) => method !== 'server/discover' },
      '{"jsonrpc":"2.0","id":3,"method":"server/discover"}',
      403,
      'policy_denied',
    ],
  ])('%s', async (_name, config, body, code, reason) => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), config);
    const client = await openStream(port);
    expect(await statusOf(port, posted(body))).toBe(202);
    await client.has(/"error".*\n\n/);
    const [, data = '{}'] = /event: message\ndata: (.*)\n\n$/.exec(unchunked(client.text)) ?? [];
    expect(JSON.parse(data)).toMatchObject({ id: 3, error: { code, data: { reason } } });
  });

  test("denyAs: 'unknown' tells no reason", async () => {
    const config = { ...DENIES, denyAs: 'unknown' } as const;
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), config);
    const client = await openStream(port);
    expect(await statusOf(port, posted(call('1')))).toBe(202);
    await client.has(/"error".*\n\n/);
    const [, data = '{}'] = /event: message\ndata: (.*)\n\n$/.exec(unchunked(client.text)) ?? [];
    const { error } = JSON.parse(data);
    expect(error).toEqual({ code: -32602, message: expect.stringMatching(/^Unknown tool: \w+$/) });
  });

  test('the records: of the POST the refusal, of the stream its events', async () => {
    const records: RequestRecord[] = [];
    const errors: string[] = [];
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, {
      ...DENIES,
      observe: { onClose: (record) => void records.push(record) },
      onError: ({ reason }) => void errors.push(reason),
    });
    const client = await openStream(port);
    await exchange(port, posted(call('1')));
    upstream.streams[0]?.end();
    await client.has(/0\r\n\r\n$/);
    while (records.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(records).toMatchObject([
      { method: 'POST', slot: 'policies', reason: 'policy_denied', status: 202, end: 'complete' },
      { method: 'GET', reason: 'relayed', status: 200, events: 2, end: 'complete' },
    ]);
    expect(errors).toEqual(['policy_denied']);
  });
});

describe('otherwise it is the status, with the error in its body', () => {
  const isRefused = async (port: number, request: string, status = 403) => {
    const { text } = await exchange(port, request);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toContain('"error":');
  };

  test("denyAs: 'http'", async () => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), { ...DENIES, denyAs: 'http' });
    const client = await openStream(port);
    await isRefused(port, posted(call('1')));
    expect(unchunked(client.text)).toBe(ENDPOINT);
  });

  test.each([
    ['a notification', call('1').replace('"id":1,', '')],
    ['a batch', `[${call('1')}]`],
  ])('%s', async (_name, body) => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), DENIES);
    const client = await openStream(port);
    await isRefused(port, posted(body));
    expect(unchunked(client.text)).toBe(ENDPOINT);
  });

  test('insufficient_scope, for which clients log in', async () => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), {
      auth: () => ({ subject: 'ada' }),
      policies: requireScopes({ 'delete_*': ['write'] }),
    });
    const client = await openStream(port);
    const { text } = await exchange(port, posted(call('1')));
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).toMatch(/WWW-Authenticate: .*insufficient_scope/i);
    expect(unchunked(client.text)).toBe(ENDPOINT);
  });

  test('a session that is not known, or of which no stream is relayed here', async () => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), DENIES);
    const client = await openStream(port);
    await isRefused(port, posted(call('1'), '', '?sessionId=2'));
    await isRefused(port, posted(call('1'), '', ''));
    expect(unchunked(client.text)).toBe(ENDPOINT);
  });

  test.each(['upstream', 'client'])('a stream that its %s has ended', async (who) => {
    const upstream = await upstreamWith([ENDPOINT]);
    const records: RequestRecord[] = [];
    const port = await gatewayFor(upstream, {
      ...DENIES,
      observe: { onClose: (record) => void records.push(record) },
    });
    const client = await openStream(port);
    if (who === 'upstream') upstream.streams[0]?.end();
    else client.socket.destroy();
    while (records.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await isRefused(port, posted(call('1')));
  });

  test('before the client has heard of its endpoint', async () => {
    const upstream = await upstreamWith([': hello\n\n']);
    const port = await gatewayFor(upstream, DENIES);
    const client = (await rawClient(port)).send(get('/sse'));
    await client.has(/: hello\n\n/);
    await isRefused(port, posted(call('1')));
    write(upstream, ENDPOINT);
    await client.has(/endpoint/);
    await exchange(port, posted(call('2')));
    await client.has(/"id":2.*\n\n/);
    expect(unchunked(client.text)).toBe(`: hello\n\n${ENDPOINT}${denied('2')}`);
  });

  test('two streams of one session: nobody can say whose request it is', async () => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, DENIES);
    const clients = [await openStream(port), await openStream(port)];
    await isRefused(port, posted(call('1')));
    for (const client of clients) expect(unchunked(client.text)).toBe(ENDPOINT);
  });

  test('a client that does not read: no more is held for it than 64 KB of errors', async () => {
    const upstream = await upstreamWith([ENDPOINT]);
    const port = await gatewayFor(upstream, {
      policies: { ...denyTools('*'), message: 'x'.repeat(60_000) },
    });
    const client = await openStream(port);
    client.socket.pause();
    // Until the kernel keeps no more.
    let id = 1;
    while ((await statusOf(port, posted(call(`${id}`)))) === 202) id += 1;
    expect(await statusOf(port, posted(call(`${id}`)))).toBe(403);
    let tail = '';
    client.socket.on('data', (bytes) => {
      tail = (tail + bytes.toString('latin1')).slice(-70_000);
    });
    client.socket.resume();
    while (!tail.includes(`"id":${id - 1},`)) await once(client.socket, 'data');
    id += 1;
    expect(await statusOf(port, posted(call(`${id}`)))).toBe(202);
    while (!tail.includes(`"id":${id},`)) await once(client.socket, 'data');
    const ids = [...client.text.matchAll(/"id":(\d+),"error"/g)].map(([, found]) => Number(found));
    const all = Array.from({ length: id }, (_, index) => index + 1);
    expect(ids).toEqual(all.filter((one) => one !== id - 1));
  });
});

describe('what is refused before its body has come is read on for its id', () => {
  const [head = '', body = ''] = posted(call('3', 'x'.repeat(2000))).split(/(?<=\r\n\r\n)/);
  const withIdAtEnd = (name: string) =>
    `{"method":"tools/call","params":{"name":"${name}"},"id":3}`;
  const atEnd = withIdAtEnd('x'.repeat(body.length - withIdAtEnd('').length));
  const notification = body.replace('"id":3,', ' '.repeat('"id":3,'.length));

  test.each<[string, Partial<GatewayConfig>, readonly string[], string]>([
    ['bodyLimit, the id in front', { bodyLimit: '1kb' }, [body.slice(0, 100)], 'payload_too_large'],
    [
      'bodyLimit, the id in small parts',
      { ...DENIES, bodyLimit: '1kb' },
      [...body.slice(0, 60)],
      'payload_too_large',
    ],
    [
      'bodyLimit, the id at the end',
      { bodyLimit: '1kb' },
      [atEnd.slice(0, 500), atEnd.slice(500)],
      'payload_too_large',
    ],
    ['a limit by address', { rateLimit: { limit: 1, window: '1h' } }, [body], 'rate_limited'],
  ])('%s', async (_name, config, parts, reason) => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), config);
    const client = await openStream(port);
    // The time for which the gateway reads on does not pass before all is sent.
    holdTimers();
    const poster = await rawClient(port);
    poster.socket.setNoDelay(true);
    poster.send(head);
    for (const part of parts) {
      await realTimeout(2);
      poster.send(part);
    }
    expect(await inHeldTime(poster.has(/\r\n\r\n/))).toMatch(/^HTTP\/1\.1 202 /);
    await client.has(/"error".*\n\n/);
    const [, data = '{}'] = /event: message\ndata: (.*)\n\n$/.exec(unchunked(client.text)) ?? [];
    expect(JSON.parse(data)).toMatchObject({ id: 3, error: { data: { reason } } });
  });

  test.each([
    ['where it does not come: the status', '', '413'],
    ['where it is a notification: the status', notification, '413'],
  ])('%s', async (_name, sent, status) => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), { bodyLimit: '1kb' });
    const client = await openStream(port);
    const poster = (await rawClient(port)).send(head);
    poster.send(sent);
    const text = await poster.has(/"error":.*\}$/);
    expect(text).toMatch(`HTTP/1.1 ${status} `);
    expect(unchunked(client.text)).toBe(ENDPOINT);
  });

  test('a client that leaves meanwhile is forgotten, and told of nothing twice', async () => {
    const records: RequestRecord[] = [];
    const errors: string[] = [];
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), {
      bodyLimit: '1kb',
      observe: { onClose: (record) => void records.push(record) },
      onError: ({ reason }) => void errors.push(reason),
    });
    await openStream(port);
    const poster = (await rawClient(port)).send(head);
    poster.send(body.slice(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 20));
    poster.socket.destroy();
    while (records.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(records).toMatchObject([{ method: 'POST', end: 'client_left' }]);
    expect(errors).toEqual([]);
  });
});

describe('only on the stream of the same caller', () => {
  const named: Partial<GatewayConfig> = {
    ...DENIES,
    auth: ({ headers }) =>
      headers['x-user'] === undefined ? null : { subject: String(headers['x-user']) },
  };

  async function twoSessions(config: Partial<GatewayConfig>) {
    let count = 0;
    const { port: upstreamPort } = await serve((req, res) => {
      if (req.method === 'POST') {
        res.writeHead(202).end();
        return;
      }
      count += 1;
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: /messages?sessionId=${count}\n\n`);
    });
    return gatewayFor({ port: upstreamPort } as Upstream, config);
  }

  test('two sessions of two users', async () => {
    const port = await twoSessions(named);
    const ada = await openStream(port, 'X-User: ada\r\n');
    const eve = await openStream(port, 'X-User: eve\r\n');
    expect(await statusOf(port, posted(call('1'), 'X-User: eve\r\n'))).toBe(404);
    expect(await statusOf(port, posted(call('1')))).toBe(401);
    expect(await statusOf(port, posted(call('2'), 'X-User: eve\r\n', '?sessionId=2'))).toBe(202);
    await eve.has(/"id":2.*\n\n/);
    expect(await statusOf(port, posted(call('3'), 'X-User: ada\r\n'))).toBe(202);
    await brings(ada, denied('3'));
    expect(eve.text).not.toContain('"id":3');
  });

  test('where sessions are not bound, another user gets the status', async () => {
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), { ...named, sessions: false });
    const ada = await openStream(port, 'X-User: ada\r\n');
    expect(await statusOf(port, posted(call('1'), 'X-User: eve\r\n'))).toBe(403);
    expect(await statusOf(port, posted(call('2'), 'X-User: ada\r\n'))).toBe(202);
    await brings(ada, denied('2'));
  });

  test.each([
    ['of the stream', 'Authorization: Bearer one\r\n', 202],
    ['of somebody else', 'Authorization: Bearer two\r\n', 403],
    ['of nobody', '', 403],
  ])('without auth and with upstreamAuth(), credentials %s', async (_name, credentials, status) => {
    const relayed = { auth: upstreamAuth(), publicUrl: 'https://gateway.example/mcp' };
    for (const more of [{}, relayed]) {
      const port = await gatewayFor(await upstreamWith([ENDPOINT]), { ...DENIES, ...more });
      const client = await openStream(port, 'Authorization: Bearer one\r\n');
      expect(await statusOf(port, posted(call('1'), credentials))).toBe(status);
      if (status === 202) await brings(client, denied('1'));
      else expect(unchunked(client.text)).toBe(ENDPOINT);
    }
  });
});

describe('a limit by address, which comes before the principal is known', () => {
  const config = (auth: GatewayConfig['auth']): Partial<GatewayConfig> => ({
    auth: auth ?? false,
    publicUrl: 'https://gateway.example/mcp',
    rateLimit: { limit: 2, window: '1h' },
  });

  test('the token of the stream: on the stream; another one: the status', async () => {
    const { auth, token } = await startIssuer();
    const port = await gatewayFor(await upstreamWith([ENDPOINT]), config(auth));
    const [own, renewed] = [await token(), await token({ jti: '2' })];
    const client = await openStream(port, `Authorization: Bearer ${own}\r\n`);
    const as = (bearer: string) => `Authorization: Bearer ${bearer}\r\n`;
    expect(await statusOf(port, posted(call('1'), as(own)))).toBe(202);
    expect(await statusOf(port, posted(call('2'), as(renewed)))).toBe(429);
    expect(await statusOf(port, posted(call('3')))).toBe(429);
    expect(await statusOf(port, posted(call('4'), as(own)))).toBe(202);
    await client.has(/"id":4,"error".*\n\n/);
    expect(client.text).not.toMatch(/"id":[123],/);
  });

  test('what else says who a caller is, is not looked at: the status', async () => {
    const port = await gatewayFor(
      await upstreamWith([ENDPOINT]),
      config(({ headers }) => ({ subject: String(headers['x-user']) })),
    );
    const more = 'Authorization: Bearer one\r\nX-User: ada\r\n';
    const client = await openStream(port, more);
    expect(await statusOf(port, posted(call('1'), more))).toBe(202);
    expect(await statusOf(port, posted(call('2'), more))).toBe(429);
    expect(unchunked(client.text)).toBe(ENDPOINT);
  });
});

describe('a closing gateway', () => {
  test('answers on the stream while it is open, and by status when it has ended', async () => {
    const decide: ((allow: boolean) => void)[] = [];
    const upstream = await upstreamWith([ENDPOINT]);
    const gateway = createMcpGateway({
      target: `http://127.0.0.1:${upstream.port}/mcp`,
      legacySse: { path: '/sse', messagePath: '/messages' },
      policies: {
        name: 'slow',
        message: 'Use another tool',
        check: () => new Promise<boolean>((resolve) => void decide.push(resolve)),
      },
    });
    const { port } = await serve(express().use(gateway));
    const client = await openStream(port);
    const one = (await rawClient(port)).send(posted(call('1')));
    const two = (await rawClient(port)).send(posted(call('2')));
    while (decide.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const closed = gateway.close();
    expect(await statusOf(port, posted(call('3')))).toBe(503);
    decide[0]?.(false);
    await client.has(/"id":1.*\n\n/);
    expect((await one.closed()).slice(0, 12)).toBe('HTTP/1.1 202');
    void gateway.close({ graceMs: 0 });
    await closed;
    expect((await two.closed()).slice(0, 12)).toBe('HTTP/1.1 503');
    decide[1]?.(false);
    await client.has(/0\r\n\r\n$/);
    await brings(client, denied('1'));
  });
});

test('accessLog: a failure that was told on the stream is an error, a refusal a warning', async () => {
  const levels: string[] = [];
  const log = (level: string) => () => void levels.push(level);
  const port = await gatewayFor(await upstreamWith([ENDPOINT]), {
    ...DENIES,
    use: (req, _res, next) => next(req.method === 'POST' ? new Error('no') : undefined),
    observe: accessLog({ info: log('info'), warn: log('warn'), error: log('error') }),
  });
  await openStream(port);
  expect(await statusOf(port, posted(call('1', 'allowed')))).toBe(202);
  while (levels.length < 1) await new Promise((resolve) => setImmediate(resolve));
  expect(await statusOf(port, posted(call('2')))).toBe(202);
  while (levels.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(levels).toEqual(['error', 'warn']);
});

test('what went upstream is answered once: an upstream that fails is the status', async () => {
  const { port: upstreamPort } = await serve((req, res) => {
    if (req.method === 'POST') {
      req.socket.destroy();
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(ENDPOINT);
  });
  const port = await gatewayFor({ port: upstreamPort } as Upstream, DENIES);
  const client = await openStream(port);
  expect(await statusOf(port, posted(call('1', 'allowed')))).toBe(502);
  expect(unchunked(client.text)).toBe(ENDPOINT);
});
