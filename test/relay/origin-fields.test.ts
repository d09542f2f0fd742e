import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import { type GatewayConfig, injectHeaders, mcpProxy, upstreamAuth } from '../../src/index.ts';
import { type Answer, valuesOf } from '../support/client/answer.ts';
import { send } from '../support/client/send.ts';
import { pathsOf } from '../support/config-error.ts';
import { startRawEndpoint, whereUpstreamsAre } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { answering, UpstreamConnection } from '../support/upstream.ts';

/** An answer with these header lines. */
const answerWith = (
  lines: readonly string[],
  { status = '200 OK', type = 'application/json' } = {},
): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\n${lines.map((line) => `${line}\r\n`).join('')}` +
  'Connection: close\r\n\r\n' +
  (type === 'text/event-stream' ? 'data: {}\n\n' : '{}');

async function upstreamSaying(bytes: string) {
  return startRawEndpoint((socket, request) => {
    const connection = new UpstreamConnection(socket, request);
    answering(bytes)(connection);
    void connection.has(/\r\n\r\n/).then(() => socket.end());
  });
}

async function relayed(
  lines: readonly string[],
  how: Parameters<typeof answerWith>[1] = {},
  config: Partial<GatewayConfig> = {},
  set: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { target } = await upstreamSaying(answerWith(lines, how));
  const { port } = await startGateway({ target, ...config }, (app) => {
    app.use((_req, res, next) => {
      for (const [name, value] of Object.entries(set)) res.append(name, value);
      next();
    });
  });
  return send(port, { method: 'GET' });
}

/** Those that speak for an origin, and orders to the server in front, with what each would do. */
const SPOKEN = [
  'Set-Cookie: connect.sid=planted; Path=/',
  'Set-Cookie2: a=1',
  'Clear-Site-Data: "*"',
  'Strict-Transport-Security: max-age=31536000; includeSubDomains',
  'Alt-Svc: h3="evil.example:443"',
  'Public-Key-Pins: pin-sha256="x"; max-age=1',
  'Public-Key-Pins-Report-Only: pin-sha256="x"',
  'Expect-CT: max-age=1',
  'NEL: {"report_to":"evil"}',
  'Report-To: {"group":"evil"}',
  'Reporting-Endpoints: evil="https://evil.example/"',
  'Service-Worker-Allowed: /',
  'Accept-CH: Sec-CH-UA-Model',
  'Critical-CH: Sec-CH-UA-Model',
  'Origin-Agent-Cluster: ?0',
  'Origin-Trial: token',
  'Observe-Browsing-Topics: ?1',
  'Attribution-Reporting-Register-Source: {}',
  'Attribution-Reporting-Register-Trigger: {}',
  'Set-Login: logged-out',
  'Use-As-Dictionary: match="/*"',
  'Timing-Allow-Origin: *',
  'Supports-Loading-Mode: credentialed-prerender',
  'Speculation-Rules: "/rules.json"',
  'SourceMap: /map',
  'X-SourceMap: /map',
  'Refresh: 0; url=https://evil.example/',
  'X-Accel-Redirect: /internal/secret.txt',
  'X-Accel-Expires: 100000',
  'X-Accel-Limit-Rate: 1',
  'X-Sendfile: /etc/passwd',
  'X-Sendfile2: /etc/passwd 0-',
  'X-LIGHTTPD-send-file: /etc/passwd',
  'X-LiteSpeed-Location: /internal/secret.txt',
  'X-LiteSpeed-Purge: *',
  'X-Reproxy-URL: http://internal.example/',
  'X-Reproxy-File: /etc/passwd',
  'X-Middleware-Rewrite: /internal',
  'Surrogate-Control: content="ESI/1.0"',
  'Surrogate-Key: all',
  'Edge-Control: cache-maxage=1d',
  'Cache-Tag: all',
  'CDN-Cache-Control: max-age=1',
  'Cloudflare-CDN-Cache-Control: max-age=1',
  'Alternate-Protocol: 443:quic',
  'CF-Edge-Cache: cache',
  'CDN-Tag: all',
  'Netlify-Vary: query',
  'Vercel-Cache-Tag: all',
  'X-Vercel-Cache-Tags: all',
  'X-Next-Cache-Tags: all',
  'X-Compress-Hint: on',
  'X-ESI: 1',
  'HTTP2-Push: /evil.js',
  'Fly-Replay: app=evil',
  'Grip-Hold: stream',
  'Grip-Channel: evil',
  'Gitlab-Workhorse-Send-Data: git-blob:evil',
  'X-AppEngine-BlobKey: evil',
  'X-Envoy-Immediate-Health-Check-Fail: 1',
  'X-Nextjs-Redirect: /internal',
  'ARR-Disable-Session-Affinity: true',
];

const nameOf = (line: string) => line.slice(0, line.indexOf(':')).toLowerCase();

const HARMLESS = ['X-Mark: 1', 'Cache-Control: no-store', 'Link: </docs>; rel="help"'];

const WAYS: [string, Parameters<typeof answerWith>[1]][] = [
  ['an answer', {}],
  ['an error', { status: '500 No' }],
  ['a 401', { status: '401 No' }],
  ['an event stream', { type: 'text/event-stream' }],
];

/** Of a server in this process they are the app’s own word. */
const describeRemote = (name: string, define: () => void) =>
  whereUpstreamsAre('remote', () => describe(name, define));

describeRemote('an upstream does not speak for the origin of the app', () => {
  test.each(WAYS)('in %s', async (_way, how) => {
    const answer = await relayed([...SPOKEN, ...HARMLESS], how);
    for (const line of SPOKEN) {
      const isBuffering = nameOf(line).startsWith('x-accel-buffering');
      if (!isBuffering) expect([line, valuesOf(answer, nameOf(line))]).toEqual([line, []]);
    }
    for (const line of HARMLESS) expect(valuesOf(answer, nameOf(line))).toHaveLength(1);
    expect(answer.headers.map(([, value]) => value).join()).not.toContain('evil');
  });

  test.each([
    ['lower case', (line: string) => nameOf(line)],
    ['upper case', (line: string) => nameOf(line).toUpperCase()],
    ['underscores', (line: string) => nameOf(line).replaceAll('-', '_')],
  ])('under names in %s', async (_spelling, spelled) => {
    const lines = SPOKEN.map((line) => spelled(line) + line.slice(line.indexOf(':')));
    const { headers } = await relayed([...lines, ...HARMLESS]);
    const names = new Set(headers.map(([name]) => name.replaceAll('_', '-')));
    expect(SPOKEN.map(nameOf).filter((name) => names.has(name))).toEqual([]);
    expect(names).toContain('x-mark');
  });

  test('nor are fields of a connection relayed under names with underscores', async () => {
    const spoken = [
      'Keep_Alive: timeout=1',
      'Transfer_Encoding: chunked',
      'Proxy_Authenticate: Basic',
    ];
    const { headers } = await relayed([...spoken, ...HARMLESS]);
    const names = headers.map(([name]) => name);
    expect(names.filter((name) => name.includes('_'))).toEqual([]);
    expect(names).toContain('x-mark');
  });

  test('on the routes of the older transport', async () => {
    const { target } = await upstreamSaying(answerWith(SPOKEN, { type: 'text/event-stream' }));
    const { url } = await startGateway({
      target,
      legacySse: { path: '/sse', messagePath: '/messages' },
    });
    for (const [path, method] of [
      ['/sse', 'GET'],
      ['/messages?sessionId=1', 'POST'],
    ]) {
      const answer = await fetch(new URL(path as string, url), { method: method as string });
      await answer.body?.cancel();
      const names = [...answer.headers.keys()];
      expect(SPOKEN.map(nameOf).filter((name) => names.includes(name))).toEqual([]);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('unless `headers.response.forward` names them', async () => {
    const forward = ['set-cookie', 'Strict-Transport-Security', 'X_Accel_Redirect'];
    const answer = await relayed(SPOKEN, {}, { headers: { response: { forward } } });
    expect(valuesOf(answer, 'set-cookie')).toEqual(['connect.sid=planted; Path=/']);
    expect(valuesOf(answer, 'strict-transport-security')).toHaveLength(1);
    expect(valuesOf(answer, 'x-accel-redirect')).toHaveLength(1);
    expect(valuesOf(answer, 'clear-site-data')).toEqual([]);
    expect(valuesOf(answer, 'x-accel-expires')).toEqual([]);
  });

  test('unless `injectHeaders` in front of `mcpProxy` names them', async () => {
    const { target } = await upstreamSaying(answerWith(SPOKEN));
    const front = injectHeaders({ response: { forward: ['Set-Cookie'] } });
    const { port } = await serve(connect().use(front).use(mcpProxy({ target })));
    const answer = await send(port, { method: 'GET' });
    expect(valuesOf(answer, 'set-cookie')).toEqual(['connect.sid=planted; Path=/']);
    expect(valuesOf(answer, 'clear-site-data')).toEqual([]);
    expect(valuesOf(answer, 'x-content-type-options')).toEqual(['nosniff']);
  });

  test('but for CORS headers, which are the gateway’s to write', async () => {
    const lines = ['Access-Control-Allow-Origin: *', 'Access-Control-Allow-Credentials: true'];
    const forward = lines.map((line) => line.slice(0, line.indexOf(':')));
    const names = forward.map((name) => name.toLowerCase());
    const behindCors = await relayed(lines, {}, { headers: { response: { forward } } });
    const { target } = await upstreamSaying(answerWith(lines));
    const { port } = await serve(
      connect()
        .use(injectHeaders({ response: { forward } }))
        .use(mcpProxy({ target })),
    );
    for (const answer of [behindCors, await send(port, { method: 'GET' })]) {
      expect(answer.status).toBe(200);
      for (const name of names) expect(valuesOf(answer, name)).toEqual([]);
    }
  });

  test('and a cookie that may come back does not replace those of the app', async () => {
    const headers = { response: { forward: ['Set-Cookie'] } };
    const lines = ['Set-Cookie: lb=1', 'Set-Cookie: lb2=2'];
    const answer = await relayed(lines, {}, { headers }, { 'Set-Cookie': 'connect.sid=own' });
    expect(valuesOf(answer, 'set-cookie')).toEqual(['connect.sid=own', 'lb=1', 'lb2=2']);
  });

  test('nor does one that may come back replace what the app has set', async () => {
    const name = 'Strict-Transport-Security';
    const headers = { response: { forward: [name] } };
    const answer = await relayed([`${name}: max-age=0`], {}, { headers }, { [name]: 'max-age=9' });
    expect(valuesOf(answer, name.toLowerCase())).toEqual(['max-age=9']);
  });
});

const PROTECTIONS = {
  'Content-Security-Policy': "default-src 'self'",
  'Content-Security-Policy-Report-Only': "default-src 'none'",
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

describeRemote('what the app protects its answers with stays', () => {
  const weakened = Object.keys(PROTECTIONS).map((name) => `${name}: weaker`);

  test.each(WAYS)('in %s', async (_way, how) => {
    const answer = await relayed(weakened, how, {}, PROTECTIONS);
    for (const [name, value] of Object.entries(PROTECTIONS)) {
      expect(valuesOf(answer, name.toLowerCase())).toEqual([value]);
    }
  });

  test('and where the app has none, that of the upstream comes back', async () => {
    const answer = await relayed(weakened);
    for (const name of Object.keys(PROTECTIONS)) {
      const expected = name === 'X-Content-Type-Options' ? 'nosniff' : 'weaker';
      expect(valuesOf(answer, name.toLowerCase())).toEqual([expected]);
    }
  });
});

describe('`X-Content-Type-Options: nosniff`', () => {
  test.each(WAYS)('is on %s', async (_way, how) => {
    expect(valuesOf(await relayed([], how), 'x-content-type-options')).toEqual(['nosniff']);
  });

  test('is on what the gateway says itself, and on the metadata', async () => {
    const { target } = await upstreamSaying(answerWith([], { type: 'text/html' }));
    const { url } = await startGateway({
      target,
      publicUrl: 'https://gateway.example/mcp',
      auth: upstreamAuth(),
    });
    const refused = await fetch(url, { method: 'PUT' });
    const document = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', url));
    expect([refused.status, document.status]).toEqual([405, 200]);
    for (const { headers } of [refused, document]) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('is not put in place of what the app has set', async () => {
    const answer = await relayed([], {}, {}, { 'X-Content-Type-Options': 'own' });
    expect(valuesOf(answer, 'x-content-type-options')).toEqual(['own']);
  });

  test('can be removed', async () => {
    const headers = { response: { remove: ['X-Content-Type-Options'] } };
    expect(valuesOf(await relayed([], {}, { headers }), 'x-content-type-options')).toEqual([]);
  });
});

whereUpstreamsAre('in-process', () => {
  test('a server in this process speaks for the app', async () => {
    const lines = SPOKEN.filter((line) => !line.startsWith('Timing-Allow'));
    const answer = await relayed(lines);
    for (const line of lines) {
      expect(valuesOf(answer, nameOf(line))).toEqual([line.slice(line.indexOf(':') + 2)]);
    }
  });
});

test.each([['*'], ['X-Accel-*'], ['Content-Length'], ['Connection'], [''], [5]])(
  '`response.forward: [%j]` is a config error',
  (name) => {
    const rules = { response: { forward: [name] } } as never;
    expect(pathsOf(() => injectHeaders(rules))).toEqual(['response.forward[0]']);
  },
);
