import { once } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import connect from 'connect';
import { type HeaderRules, injectHeaders, mcpProxy } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { holdTimers } from '../support/fake-time.ts';
import { forkModule } from '../support/fork-module.ts';
import { startGateway } from '../support/gateway.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** Sends header lines through a gateway; gives what the upstream got, by lower-case name. */
async function forwarded(lines: readonly string[], headers?: HeaderRules) {
  const upstream = await recordingUpstream();
  const { port } = await startGateway({ target: upstream.target, ...(headers && { headers }) });
  const head = ['POST /mcp HTTP/1.1', 'Host: x', 'Connection: close', ...lines].join('\r\n');
  const client = await exchange(port, `${head}\r\nContent-Length: 0\r\n\r\n`);
  return { raw: upstream.seen[0]?.rawHeaders ?? [], seen: upstream.seen[0]?.headers ?? {}, client };
}

/** Name and value of every line the upstream got, of those it would not get from an empty request. */
function lines(raw: readonly string[]): string[] {
  const own = /^(host|via|content-length|connection): /i;
  return raw
    .flatMap((text, i) => (i % 2 === 0 ? [`${text}: ${raw[i + 1]}`] : []))
    .filter((line) => !own.test(line));
}

describe('what MCP sends in headers arrives as it was sent', () => {
  test.each([
    'MCP-Protocol-Version: 2026-07-28',
    'Mcp-Method: tools/call',
    'Mcp-Name: =?base64?SGVsbG8sIOS4lueVjA==?=',
    'Mcp-Session-Id: !"#$%&\'()*+,-./0:;<=>?@A[\\]^_`a{|}~',
    'Last-Event-ID: 7/a b',
    'Accept: application/json,text/event-stream;q=0.5',
    'Content-Type: application/json; charset=UTF-8',
    'mcp-param-region: =?base64?IHBhZGRlZCA=?=',
    'MCP-PARAM-X.y: =?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=',
    'Mcp-Param-Empty: ',
    'Mcp-Future-Thing: 1',
    'User-Agent: agent/1.0 (x; y)',
    'Accept-Encoding: gzip, br;q=0.1',
    'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'tracestate: a=1,b=2',
    'baggage: user=%C3%A9',
    'Mcp-Name: caf\xe9',
  ])('%s', async (line) => {
    expect(lines((await forwarded([line])).raw)).toEqual([line]);
  });

  test('a field that may repeat keeps its lines and their order', async () => {
    const sent = ['Accept: application/json', 'tracestate: a=1', 'accept: text/event-stream'];
    expect((await forwarded(sent)).seen.accept).toBe('application/json, text/event-stream');
  });
});

describe('zero-trust forwarding: nothing else arrives', () => {
  const identity = [
    'Authorization: Bearer client-token',
    'Cookie: session=1',
    'Forwarded: for=1.2.3.4',
    'X-Forwarded-For: 1.2.3.4',
    'X_Forwarded_For: 1.2.3.4',
    'X-Real-IP: 1.2.3.4',
    'X-Other: 1',
    'Origin2: x',
  ];

  test('by default', async () => {
    expect(lines((await forwarded(identity)).raw)).toEqual([]);
  });

  test("'*' forwards the rest, but no identity, no proxy field and no name with _", async () => {
    const sent = [...identity, 'Proxy-Authorization: Basic eA==', 'Proxy-Anything: 1'];
    const { raw } = await forwarded(sent, { forward: ['*'] });
    expect(lines(raw)).toEqual(['X-Other: 1', 'Origin2: x']);
  });

  test('a prefix forwards what begins with it, in any case', async () => {
    const sent = ['X-Tenant-Id: 1', 'x-tenant-name: a', 'X-Tenan: 2', 'X-Tenant_Id: 3'];
    const { raw } = await forwarded(sent, { forward: ['X-Tenant-*'] });
    expect(lines(raw)).toEqual(['X-Tenant-Id: 1', 'x-tenant-name: a']);
  });

  test('an exact name forwards even what a wildcard would not', async () => {
    const { raw } = await forwarded(identity, { forward: ['authorization', 'Cookie'] });
    expect(lines(raw)).toEqual(identity.slice(0, 2));
  });

  test.each(['__proto__: x', 'constructor: x', 'hasOwnProperty: x', 'toString: x'])(
    'CVE-2026-21710: %s is a header like any other',
    async (line) => {
      expect(lines((await forwarded([line])).raw)).toEqual([]);
      const forward = ['*', '__proto__'];
      expect(lines((await forwarded([line], { forward })).raw)).toEqual([line]);
    },
  );
});

describe('set replaces what the client sent under that name, in any spelling', () => {
  const set = { 'X-Api-Key': 'upstream-secret' };

  test.each(['X-Api-Key', 'x-api-key', 'X_Api_Key', 'x-API_key'])('%s', async (name) => {
    const { raw } = await forwarded([`${name}: spoofed`], { forward: ['*', name], set });
    expect(lines(raw)).toEqual(['X-Api-Key: upstream-secret']);
  });

  test('of two middlewares that set it the later one does, in any spelling', async () => {
    const upstream = await recordingUpstream();
    const app = connect();
    app.use(injectHeaders({ set: { X_Api_Key: 'first', 'X-Other': 'kept' } }));
    app.use(injectHeaders({ set: { 'x-api-key': 'second' } }));
    app.use(mcpProxy({ target: upstream.target }));
    const { port } = await serve(app);
    await exchange(port, 'POST /mcp HTTP/1.0\r\nContent-Length: 0\r\n\r\n');
    expect(lines(upstream.seen[0]?.rawHeaders ?? [])).toEqual([
      'X-Other: kept',
      'x-api-key: second',
    ]);
  });

  test('CVE-2025-48865: the client cannot nominate it away', async () => {
    const { raw } = await forwarded(['Connection: upgrade, X-Api-Key', 'Upgrade: x'], { set });
    expect(lines(raw)).toEqual(['X-Api-Key: upstream-secret']);
  });

  test('a function is given the request and may be asynchronous; undefined sends nothing', async () => {
    const { raw } = await forwarded(['X-Tenant: 7', 'X-None: spoofed', 'X-Ip: spoofed'], {
      forward: ['X-None'],
      set: {
        'X-From': async ({ headers }) => `tenant ${headers['x-tenant']}`,
        'X-Ip': ({ ip }) => ip.replace('::ffff:', ''),
        'X-None': () => undefined,
      },
    });
    expect(lines(raw)).toEqual(['X-From: tenant 7', 'X-Ip: 127.0.0.1']);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret detail');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('secret detail');
      },
    ],
    ['gives a value that would break the message', () => 'a\r\nX-Injected: 1'],
  ])('a function that %s: 500, nothing forwarded, nothing said', async (_, compute) => {
    const upstream = await recordingUpstream();
    const { url, errors } = await startGateway({
      target: upstream.target,
      headers: { set: { 'X-From': compute as () => string } },
    });
    const response = await fetch(url, { method: 'POST', body: '{}' });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text).error.data).toEqual({ reason: 'internal_error' });
    expect(text).not.toMatch(/secret|Injected/);
    expect(errors[0]?.cause).toMatchObject({ message: expect.any(String) });
    expect(upstream.seen).toEqual([]);
  });
});

test('functions that fail together reach no process', async () => {
  const child = forkModule(new URL('support/failing-headers.ts', import.meta.url));
  atTestEnd(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;
  const ways = (await (await fetch(at('/ways'))).json()) as number;
  expect(ways).toBeGreaterThan(0);
  for (let i = 0; i < ways; i += 1) {
    expect((await fetch(at(`/${i}`), { method: 'POST', body: '{}' })).status).toBe(500);
  }
  expect(await (await fetch(at('/uncaught'))).json()).toEqual([]);
});

test('a function of headers.set that hangs is one that fails', async () => {
  const upstream = await recordingUpstream();
  const { promise: called, resolve: call } = Promise.withResolvers<void>();
  const hang = () => {
    call();
    return new Promise<string>(() => {});
  };
  const { url } = await startGateway({
    target: upstream.target,
    headers: { set: { 'X-A': hang } },
  });
  holdTimers();
  const answer = fetch(url, { method: 'POST', body: '{}' });
  await called;
  jest.advanceTimersByTime(30_000);
  expect([(await answer).status, upstream.seen]).toEqual([500, []]);
});

describe('the Via header', () => {
  test('is added, with the protocol version the request came in', async () => {
    expect((await forwarded([])).seen.via).toMatch(/^1\.1 express-mcp-gateway-[0-9a-f]{8}$/);
  });

  test('those through whom the request came stay in it', async () => {
    const { seen } = await forwarded(['Via: 1.0 edge, 1.1 b (a comment)', 'VIA: 2 c']);
    expect(seen.via).toMatch(
      /^1\.0 edge, 1\.1 b \(a comment\), 2 c, 1\.1 express-mcp-gateway-[0-9a-f]{8}$/,
    );
  });

  test('can be removed', async () => {
    expect((await forwarded([], { remove: ['via'] })).seen.via).toBeUndefined();
  });
});

describe('headers.remove and headers.response', () => {
  test('a standard header can be kept from the upstream', async () => {
    const { raw } = await forwarded(['User-Agent: a', 'Accept: b'], { remove: ['user-agent'] });
    expect(lines(raw)).toEqual(['Accept: b']);
  });

  async function answered(headers: HeaderRules, sent: Record<string, string | string[]>) {
    const upstream = await recordingUpstream((_req, res) => {
      for (const [name, value] of Object.entries(sent)) res.setHeader(name, value);
      res.end('ok');
    });
    const { url } = await startGateway({ target: upstream.target, headers });
    return (await fetch(url, { method: 'POST' })).headers;
  }

  test('answers get what is set and lose what is removed', async () => {
    const headers = await answered(
      {
        response: {
          set: { 'Strict-Transport-Security': 'max-age=1' },
          remove: ['server', 'X-Internal'],
        },
      },
      { Server: 'upstream/1', 'X-Kept': '1', X_Internal: '1' },
    );
    expect(headers.get('strict-transport-security')).toBe('max-age=1');
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-internal')).toBeNull();
    expect(headers.get('x_internal')).toBeNull();
    expect(headers.get('x-kept')).toBe('1');
  });

  test('a header that echoes a secret of set does not come back; others do', async () => {
    const headers = await answered(
      {
        set: {
          Authorization: 'Bearer very-secret-token',
          'X-Padded-Key': '  padded-secret ',
          'X-Env': 'prod',
          Accept: 'text/plain',
        },
        response: { forward: ['Set-Cookie'] },
      },
      {
        'X-Echo': 'you sent very-secret-token',
        'X-Padded-Echo': 'padded-secret',
        'Set-Cookie': ['a=very-secret-token', 'b=1'],
        'X-Env': 'prod',
        'Content-Type': 'text/plain',
      },
    );
    expect(headers.get('x-echo')).toBeNull();
    expect(headers.get('x-padded-echo')).toBeNull();
    expect(headers.getSetCookie()).toEqual(['b=1']);
    expect(headers.get('x-env')).toBe('prod');
    expect(headers.get('content-type')).toBe('text/plain');
  });
});
