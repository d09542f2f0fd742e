import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, jest, test } from '@jest/globals';
import type {
  Engine,
  UpstreamExchange,
  UpstreamListener,
  UpstreamRequest,
} from '../../src/engine/engine.ts';
import { followRedirects } from '../../src/engine/follow-redirects.ts';
import type { UpstreamAnswer } from '../../src/engine/upstream-answer.ts';
import { mcpProxy } from '../../src/index.ts';
import { answerOf } from '../support/client/answer.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { post, send } from '../support/client/send.ts';
import { whereUpstreamsAre } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { rawUpstream, recordingUpstream, type SeenRequest } from '../support/upstream.ts';

const redirects = 'same-origin';
const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"größe"}}';

type Redirect = (req: IncomingMessage) => readonly [status: number, location: string | undefined];

/** An upstream that redirects whatever comes for its configured path, and answers elsewhere. */
function redirecting(redirect: Redirect) {
  return recordingUpstream((req, res) => {
    if (/[?&]moved\b/.test(req.url ?? '')) {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"moved":true}');
      return;
    }
    const [status, location] = redirect(req);
    res.writeHead(status, location === undefined ? {} : { location }).end('moved');
  });
}

const pathsOf = (seen: readonly SeenRequest[]) => seen.map(({ method, url }) => `${method} ${url}`);

describe('307 and 308 to the own origin are followed', () => {
  test.each([
    ['307, a path', 307, () => '/new/mcp?moved'],
    ['308, a path', 308, () => '/new/mcp?moved'],
    [
      'the whole URL',
      307,
      ({ headers }: IncomingMessage) => `http://${headers.host}/new/mcp?moved`,
    ],
    ['a path beside the target', 307, () => './mcp/?moved'],
    ['the query alone', 307, () => '?moved'],
    ['a fragment, which is not sent', 307, () => '/new/mcp?moved#part'],
    [
      'a host behind a slash that names none',
      307,
      ({ headers }: IncomingMessage) => `//${headers.host}//a?moved`,
    ],
  ])('%s', async (_name, status, location) => {
    const upstream = await redirecting((req) => [status, location(req)]);
    const gateway = await startGateway({ target: upstream.target, redirects });

    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await send(gateway.port, {
        method,
        headers: { 'Mcp-Session-Id': 's-1' },
        ...(method === 'POST' && { body: BODY }),
      });
      expect(answer).toMatchObject({ status: 200, complete: true });
      expect(answer.body).toBe('{"moved":true}');
      expect(answer.headers.map(([name]) => name)).not.toContain('location');

      const [first, second, ...others] = upstream.seen.splice(0);
      expect(others).toEqual([]);
      expect(first?.url).toBe(upstream.path);
      expect(second).toMatchObject({ method, headers: first?.headers });
      expect(second?.url).toMatch(/moved$/);
      expect(second?.body).toEqual(first?.body);
    }
    expect(gateway.errors).toEqual([]);
  });

  test('credentials go along: it is the same origin', async () => {
    const upstream = await redirecting(() => [307, '/new?moved']);
    const set = { Authorization: 'Bearer sesame', 'X-Api-Key': 'abc' };
    const gateway = await startGateway({ target: upstream.target, redirects, headers: { set } });

    await post(gateway.port, BODY);

    const sent = upstream.seen.map(({ headers }) => [headers.authorization, headers['x-api-key']]);
    expect(sent).toEqual(Array(2).fill(['Bearer sesame', 'abc']));
  });

  test('each request is redirected anew: nothing is remembered', async () => {
    const upstream = await redirecting(() => [308, '/new?moved']);
    const gateway = await startGateway({ target: upstream.target, redirects });

    await post(gateway.port, BODY);
    await post(gateway.port, BODY);

    const paths = [`POST ${upstream.path}`, 'POST /new?moved'];
    expect(pathsOf(upstream.seen)).toEqual([...paths, ...paths]);
  });

  test('a body that a policy has read, and one that came in chunks', async () => {
    const upstream = await redirecting(() => [307, '/new?moved']);
    const read = await startGateway({ target: upstream.target, redirects, policies: () => true });
    const streamed = await startGateway({ target: upstream.target, redirects });

    await post(read.port, BODY);
    await post(streamed.port, BODY, { framing: 'chunked, byte by byte' });

    const bodies = upstream.seen.map(({ body }) => body.toString());
    expect(bodies).toEqual(Array(4).fill(BODY));
  });

  test('an event stream behind it is relayed event by event', async () => {
    let stream: ServerResponse | undefined;
    const upstream = await recordingUpstream((req, res) => {
      if (!req.url?.endsWith('moved')) {
        res.writeHead(307, { location: '/?moved' }).end();
        return;
      }
      stream = res;
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    });
    const gateway = await startGateway({ target: upstream.target, redirects });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ method: 'GET', headers: { Accept: 'text/event-stream' } }));

    await client.has(/data: 1/);
    stream?.end('data: 2\n\n');
    await client.has(/data: 2/);

    expect(client.statuses).toEqual([200]);
  });

  test('a record and an observer know of one exchange', async () => {
    const upstream = await redirecting(() => [307, '/new?moved']);
    const records: { bytesIn: number; status: number | undefined }[] = [];
    const gateway = await startGateway({
      target: upstream.target,
      redirects,
      observe: { onClose: ({ bytesIn, status }) => records.push({ bytesIn, status }) },
    });

    await post(gateway.port, BODY, { framing: 'chunked' });

    expect(records).toEqual([{ bytesIn: Buffer.byteLength(BODY), status: 200 }]);
  });

  test('mcpProxy by itself', async () => {
    const upstream = await redirecting(() => [307, '/new?moved']);
    const { port } = await serve((req, res) =>
      mcpProxy({ target: upstream.target, redirects })(req, res, () => {}),
    );

    expect(await post(port, BODY)).toMatchObject({ status: 200 });
    expect(upstream.seen.map(({ body }) => body.toString())).toEqual([BODY, BODY]);
  });
});

describe('any other redirect is 502, and the cause says which', () => {
  test.each<[name: string, location: string | undefined, status: number, cause: RegExp]>([
    [
      '301',
      '/new?moved',
      301,
      /The upstream answered 301, a redirect to another path of its own origin: make \/new/,
    ],
    ['302', '/new?moved', 302, /302, a redirect to another path/],
    ['303', '/new?moved', 303, /303, a redirect to another path/],
    ['300', '/new?moved', 300, /300, a redirect to another path/],
    ['305', '/new?moved', 305, /305, a redirect to another path/],
    [
      'another host',
      'http://other.example/mcp?moved',
      307,
      /to another origin, http:\/\/other\.example/,
    ],
    ['another port', 'http://127.0.0.1:1/mcp?moved', 307, /to another origin/],
    ['another scheme', 'https://SELF/mcp?moved', 307, /to another origin, https:/],
    ['a host behind //', '//other.example/mcp?moved', 308, /to another origin/],
    ['a host behind \\', '\\\\other.example/mcp?moved', 308, /to another origin/],
    ['no HTTP', 'javascript:alert(1)', 307, /to another origin/],
    ['credentials', 'http://user:pw@SELF/?moved', 307, /to a URL with credentials in it/],
    ['no Location', undefined, 307, /a redirect to nowhere/],
    ['what is no URL', 'http://[', 307, /a redirect to nowhere/],
    ['bytes that are no URL', '/gr\u00f6\u00dfe?moved', 307, /a redirect to nowhere/],
    ['itself', '', 307, /\(not followed\) to itself/],
    ['itself with a fragment', '#part', 308, /\(not followed\) to itself/],
    [
      'another scheme in front of its own',
      'blob:http://SELF/new?moved',
      307,
      /to another origin, blob:/,
    ],
  ])('%s', async (_name, location, status, cause) => {
    const upstream = await redirecting(({ headers }) => [
      status,
      location?.replace('SELF', headers.host as string),
    ]);
    const gateway = await startGateway({ target: upstream.target, redirects });

    expectFailure(await post(gateway.port, BODY), 'upstream_invalid', gateway);

    expect(upstream.seen).toHaveLength(1);
    expect(String(gateway.errors[0]?.cause)).toMatch(cause);
  });

  test.each([
    ['/mcp?', '/mcp'],
    ['?', '/mcp'],
    ['/%6dcp', '/mcp'],
    ['/mcp%2fa', '/mcp%2Fa'],
    ['?key=~', '/mcp?key=%7e'],
  ])('the same URL, spelled %s in place of %s: it gets a POST once', async (location, own) => {
    const upstream = await redirecting(() => [307, location]);
    const target = `http://127.0.0.1:${upstream.port}${own}`;
    const gateway = await startGateway({ target, redirects });

    expectFailure(await post(gateway.port, BODY), 'upstream_invalid', gateway);

    expect(pathsOf(upstream.seen)).toEqual([`POST ${own}`]);
    expect(String(gateway.errors[0]?.cause)).toMatch(/\(not followed\) to itself/);
  });

  test('two Locations', async () => {
    const upstream = await recordingUpstream((_req, res) => {
      res
        .writeHead(
          307,
          [
            ['Location', '/a?moved'],
            ['location', '/b?moved'],
          ].flat(),
        )
        .end();
    });
    const gateway = await startGateway({ target: upstream.target, redirects });

    expectFailure(await post(gateway.port, BODY), 'upstream_invalid', gateway);
    expect(upstream.seen).toHaveLength(1);
  });

  test.each([
    [
      'to a third place',
      '/third',
      /\(the second, behind one that was followed\) to another path.*\/third/,
    ],
    ['back to the first', undefined, /\(the second, behind one that was followed\)/],
  ])('a second one: %s', async (_name, location, cause) => {
    const upstream = await recordingUpstream((req, res) => {
      const isFirst = req.url === upstream.path;
      res.writeHead(307, { location: isFirst ? '/second' : (location ?? upstream.path) }).end();
    });
    const gateway = await startGateway({ target: upstream.target, redirects });

    expectFailure(await post(gateway.port, BODY), 'upstream_invalid', gateway);

    expect(pathsOf(upstream.seen)).toEqual([`POST ${upstream.path}`, 'POST /second']);
    expect(String(gateway.errors[0]?.cause)).toMatch(cause);
    expect(String(gateway.errors[0]?.cause)).not.toContain('same-origin');
  });
});

describe('without the option none is followed', () => {
  test.each([
    [307, '/new?moved', true],
    [308, './mcp/', true],
    [302, '/new?moved', false],
    [307, 'http://other.example/?moved', false],
    [307, undefined, false],
  ])('%i to %s: whether the cause names the option is %s', async (status, location, isNamed) => {
    const upstream = await redirecting(() => [status, location]);
    const gateway = await startGateway({ target: upstream.target });

    expectFailure(await post(gateway.port, BODY), 'upstream_invalid', gateway);

    expect(upstream.seen).toHaveLength(1);
    const named = /, or set redirects to 'same-origin'$/;
    expect(named.test(String(gateway.errors[0]?.cause))).toBe(isNamed);
  });
});

const TOO_LONG = /\(not followed, because the body of the request is too long to be kept for it\)/;

describe('a body that cannot be kept: 502, and the cause says so', () => {
  test('longer than is kept where nothing else limits bodies', async () => {
    const upstream = await redirecting(() => [307, '/new?moved']);
    const gateway = await startGateway({ target: upstream.target, redirects, bodyLimit: false });

    const answer = await post(gateway.port, ' '.repeat(5 * 1024 * 1024));

    expect(upstream.seen).toHaveLength(1);
    expectFailure(answer, 'upstream_invalid', gateway);
    expect(String(gateway.errors[0]?.cause)).toMatch(TOO_LONG);
  });

  test('more than may be held at once; what is answered is held no more', async () => {
    const half = ' '.repeat(600_000);
    let held: ServerResponse | undefined;
    const upstream = await recordingUpstream((req, res) => {
      if (held === undefined) held = res;
      else if (/moved$/.test(req.url ?? '')) res.end('{}');
      else res.writeHead(307, { location: '/new?moved' }).end();
    });
    const gateway = await startGateway({
      target: upstream.target,
      redirects,
      bodyLimit: { body: 1_000_000, total: 1_000_000 },
    });
    const first = await rawClient(gateway.port);
    first.send(rawRequest({ body: half }));
    while (held === undefined) await new Promise((resolve) => setTimeout(resolve, 10));

    expectFailure(await post(gateway.port, half), 'upstream_invalid', gateway);
    expect(String(gateway.errors[0]?.cause)).toMatch(TOO_LONG);

    // The first of them is an event stream, which is still open.
    held.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    await first.has(/data: 1/);
    expect(await post(gateway.port, half)).toMatchObject({ status: 200 });
    expect(upstream.seen.map(({ body }) => body.length)).toEqual(Array(4).fill(half.length));
  });
});

const HEAD_307 = 'HTTP/1.1 307 Temporary Redirect\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

whereUpstreamsAre('remote', () => {
  test('a redirect before the body has come: the rest goes where it leads, nothing twice', async () => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ target: upstream.target, redirects });
    const client = await rawClient(gateway.port);
    const request = rawRequest({ body: BODY });
    const half = request.length - 20;
    client.send(request.slice(0, half));
    const first = await upstream.connection(0);
    await first.has(/"method"/);

    first.socket.write(HEAD_307);
    const second = await upstream.connection(1);
    await second.has(/"method"/);
    await first.closed();
    client.send(request.slice(half));
    await second.has(/"name".*\}\}$/s);
    second.socket.write(OK);
    await client.closed();

    expect(client.statuses).toEqual([200]);
    expect(second.received).toMatch(/^POST \/new HTTP/);
    expect(second.received.split('\r\n\r\n')[1]).toBe(Buffer.from(BODY).toString('latin1'));
    expect(first.received).not.toMatch(/\}\}$/);
  });

  test('a client that leaves takes both requests with it', async () => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ target: upstream.target, redirects });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ body: BODY }));
    const first = await upstream.connection(0);
    await first.has(/\}\}$/);
    // The end of its body does not come.
    first.socket.write('HTTP/1.1 307 Moved\r\nLocation: /new\r\nContent-Length: 5\r\n\r\n12');
    const second = await upstream.connection(1);
    await second.has(/\}\}$/);

    client.socket.destroy();

    await Promise.all([first.closed(), second.closed()]);
    expect(upstream.connections).toHaveLength(2);
  });

  test('what comes behind the redirect fails as any other exchange', async () => {
    const upstream = await rawUpstream(({ socket }) => {
      socket.on('data', () => {});
    });
    const gateway = await startGateway({ target: upstream.target, redirects });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ body: BODY }));
    const first = await upstream.connection(0);
    await first.has(/\}\}$/);
    first.socket.write('HTTP/1.1 307 Moved\r\nLocation: /new\r\nContent-Length: 5\r\n\r\n12');
    const second = await upstream.connection(1);
    await second.has(/\}\}$/);
    second.socket.destroy();

    await client.closed();
    expectFailure(answerOf(client), 'upstream_unreachable', gateway);
    await first.closed();
  });
});

/** An engine that remembers what it was asked for, and the body of a request without one. */
function rememberingEngine() {
  const sent: { readonly request: UpstreamRequest; readonly listener: UpstreamListener }[] = [];
  const engine: Engine = (request, listener) => {
    sent.push({ request, listener });
    return { abort: () => {} };
  };
  const body = { sendTo: () => {}, again: () => body };
  return { engine, sent, body };
}

const NOBODY = new Proxy({}, { get: () => () => {} }) as UpstreamListener;

const REDIRECT = {
  status: 307,
  rawHeaders: ['Location', '/new'],
  isComplete: true,
  body: new PassThrough(),
} as unknown as UpstreamAnswer;

test.each<[name: string, end: (exchange: UpstreamExchange, listener: UpstreamListener) => void]>([
  ['its client has left', (exchange) => exchange.abort()],
  [
    'it has failed',
    (_, listener) =>
      listener.onFailure({ kind: 'timeout', hasBegun: false, cause: new Error('late') }),
  ],
])('a redirect of a request is not followed once %s', (_name, end) => {
  const { engine, sent, body } = rememberingEngine();
  const following = followRedirects(engine, new URL('http://h/mcp'), 1000);
  const exchange = following({ method: 'POST', fresh: false, headers: {}, body }, NOBODY);
  const listener = sent[0]?.listener as UpstreamListener;

  end(exchange, listener);
  listener.onAnswer(REDIRECT);

  expect(sent).toHaveLength(1);
});

test('the connection of a redirect is used again', async () => {
  const sockets = new Set<unknown>();
  const { port } = await serve((req, res) => {
    sockets.add(req.socket);
    req.resume().on('end', () => {
      if (req.url === '/mcp') res.writeHead(307, { location: '/new' }).end('moved');
      else res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const gateway = await startGateway({ target: `http://127.0.0.1:${port}/mcp`, redirects });

  for (let i = 0; i < 5; i++) expect(await post(gateway.port, BODY)).toMatchObject({ status: 200 });

  expect(sockets.size).toBeLessThanOrEqual(2);
  expect((await exchange(gateway.port, rawRequest())).statuses).toEqual([200]);
});

test('where a redirect leads to nobody, the request goes to no other target', async () => {
  const other = await recordingUpstream();
  const gone = createServer((req, res) => {
    req.resume().on('end', () => {
      gone.close();
      res.writeHead(307, { location: '/new', connection: 'close' }).end();
    });
  });
  const port = await new Promise<number>((resolve) => {
    gone.listen(0, '127.0.0.1', () => resolve((gone.address() as AddressInfo).port));
  });
  const target = [`http://127.0.0.1:${port}/mcp`, `http://127.0.0.1:${other.port}/mcp`];
  let key = 0;
  const gateway = await startGateway({ target, redirects, balance: () => String(key) });

  // Some key leads to the first of them.
  let status = 0;
  for (; status !== 502 && key < 100; key++) ({ status } = await post(gateway.port, BODY));

  expect(status).toBe(502);
  expect(other.seen).toHaveLength(key - 1);
  expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_unreachable']);
});

test.each<[responseTimeout: number | false | undefined, left: number | false]>([
  [undefined, 300],
  [5000, 4300],
  [600, 1],
  [false, false],
])('one timer for both answers: of %s ms, %s are left', (responseTimeout, left) => {
  const { engine, sent, body } = rememberingEngine();
  const following = followRedirects(engine, new URL('http://h/mcp'), 1000);
  const now = jest.spyOn(performance, 'now');
  atTestEnd(() => now.mockRestore());
  following({ method: 'POST', fresh: false, headers: {}, body, responseTimeout }, NOBODY);

  now.mockReturnValue(50_000);
  sent[0]?.listener.onBodySent();
  now.mockReturnValue(50_700);
  sent[0]?.listener.onAnswer(REDIRECT);

  expect(sent[1]?.request).toMatchObject({ path: '/new', responseTimeout: left });
});
