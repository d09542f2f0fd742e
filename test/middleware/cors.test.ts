import { describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { rawClient } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const ALLOWED = 'https://app.example';
const METHODS = ['POST', 'GET', 'DELETE', 'OPTIONS', 'HEAD', 'PUT'] as const;

async function gateway(cors: object | undefined = { origin: [ALLOWED] }) {
  const upstream = await recordingUpstream((req, res) => {
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Access-Control-Expose-Headers', 'X-Upstream');
    res.setHeader('Vary', 'Accept');
    res.end(`${req.method}`);
  });
  const config = cors === undefined ? {} : { cors };
  return { upstream, ...(await startGateway({ target: upstream.target, ...config })) };
}

const list = (value: string | undefined) => (value ?? '').toLowerCase().split(/\s*,\s*/);

describe('a request with an Origin that is not allowed is refused', () => {
  const refused = [
    'https://evil.example',
    'null',
    'https://app.example.evil',
    'http://app.example',
  ];
  test.each(METHODS.flatMap((method) => refused.map((origin) => [method, origin])))(
    '%s from %s: 403, and the upstream hears nothing',
    async (method, origin) => {
      const { server, upstream, errors } = await gateway();
      const call = request(server)[method.toLowerCase() as 'post'];
      const response = await call('/mcp').set('Origin', origin);
      expect(response.status).toBe(403);
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
      expect(list(response.headers.vary)).toContain('origin');
      expect(errors.map((error) => error.reason)).toEqual(['origin_not_allowed']);
      expect(upstream.seen).toEqual([]);
    },
  );

  test.each([
    ['an empty one', 'Origin: \r\n'],
    ['a repeated one', `Origin: ${ALLOWED}\r\nOrigin: ${ALLOWED}\r\n`],
    ['other letter case', 'Origin: https://APP.example\r\n'],
    ['a trailing slash', `Origin: ${ALLOWED}/\r\n`],
    ['a default port', `Origin: ${ALLOWED}:443\r\n`],
  ])('%s is not allowed', async (_, line) => {
    const { port, upstream } = await gateway();
    const client = await rawClient(port);
    client.send(`POST /mcp HTTP/1.1\r\nHost: x\r\n${line}Content-Length: 0\r\n\r\n`);
    expect(await client.has(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 403 /);
    expect(upstream.seen).toEqual([]);
  });

  test.each(['post', 'get', 'delete'] as const)('%s without an Origin passes', async (method) => {
    const { server, upstream } = await gateway();
    const response = await request(server)[method]('/mcp');
    expect(response.status).toBe(200);
    expect(list(response.headers.vary)).toEqual(expect.arrayContaining(['origin', 'accept']));
    expect(upstream.seen).toHaveLength(1);
  });

  test('by default no origin is allowed, so that no web page reaches an endpoint by accident', async () => {
    const { server } = await gateway(undefined);
    await request(server).post('/mcp').set('Origin', 'http://127.0.0.1').expect(403);
  });

  test('by default the origin of publicUrl is allowed', async () => {
    const upstream = await recordingUpstream();
    const { server } = await startGateway({
      target: upstream.target,
      publicUrl: 'https://gateway.example:8443/a/mcp',
    });
    await request(server).post('/mcp').set('Origin', 'https://gateway.example:8443').expect(200);
    await request(server).post('/mcp').set('Origin', 'https://gateway.example').expect(403);
  });
});

describe('a request that a page of another origin causes without an Origin', () => {
  test.each([
    ['cross-site', 403],
    ['same-site', 403],
    ['same-origin', 200],
    ['none', 200],
  ])('Sec-Fetch-Site: %s', async (site, status) => {
    const upstream = await recordingUpstream();
    const { url } = await startGateway({ target: upstream.target });
    // Not `fetch`, which takes the header for its own to set.
    const answer = await request(url).get('').set('Sec-Fetch-Site', site);
    expect(answer.status).toBe(status);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe('a request that a browser makes to show its answer is refused', () => {
  const page = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  const DESTINATIONS = [
    'audio',
    'document',
    'embed',
    'fencedframe',
    'frame',
    'iframe',
    'image',
    'manifest',
    'object',
    'script',
    'serviceworker',
    'style',
    'worker',
  ];

  test.each<[string, Record<string, string>]>([
    ['an address that was typed', { ...page, 'Sec-Fetch-Site': 'none', 'Sec-Fetch-User': '?1' }],
    ['a link in the app', { ...page, 'Sec-Fetch-Site': 'same-origin' }],
    ['a form of an allowed origin', { ...page, Origin: ALLOWED }],
    ['a download', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'empty' }],
    ['a page, by its mode alone', { 'Sec-Fetch-Mode': 'navigate' }],
    ...DESTINATIONS.map((destination): [string, Record<string, string>] => [
      `the destination ${destination}`,
      {
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'no-cors',
        'Sec-Fetch-Dest': destination,
      },
    ]),
  ])('%s', async (_what, headers) => {
    for (const method of ['get', 'post', 'delete'] as const) {
      const { server, upstream, errors } = await gateway();
      const response = await request(server)[method]('/mcp').set(headers);
      expect(response.status).toBe(403);
      expect(response.body.error.data).toEqual({ reason: 'origin_not_allowed' });
      expect(errors.map(({ reason }) => reason)).toEqual(['origin_not_allowed']);
      expect(upstream.seen).toEqual([]);
    }
  });

  test.each<[string, Record<string, string>]>([
    ['a fetch of the app', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' }],
    [
      'a no-cors fetch of the app',
      { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'no-cors' },
    ],
    ['a fetch of an allowed origin', { Origin: ALLOWED, 'Sec-Fetch-Site': 'cross-site' }],
    ['a fetch of an extension', { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'cors' }],
  ])('%s passes, and no cache shows its answer as a page', async (_what, headers) => {
    const { server, upstream } = await gateway();
    const response = await request(server).get('/mcp').set(headers).set('Sec-Fetch-Dest', 'empty');
    expect(response.status).toBe(200);
    expect(list(response.headers.vary)).toContain('sec-fetch-dest');
    expect(upstream.seen).toHaveLength(1);
  });

  test('where the app checks origins itself, it checks this as well', async () => {
    const { target } = await recordingUpstream();
    const { server } = await startGateway({ target, cors: false });
    await request(server).get('/mcp').set(page).expect(200);
  });
});

describe('preflights', () => {
  const preflight = (server: Parameters<typeof request>[0], headers?: string) => {
    const call = request(server)
      .options('/mcp')
      .set('Origin', ALLOWED)
      .set('Access-Control-Request-Method', 'POST');
    return headers === undefined ? call : call.set('Access-Control-Request-Headers', headers);
  };

  test('are answered without the upstream, with all methods', async () => {
    const { server, upstream } = await gateway();
    const response = await preflight(server);
    expect(response.status).toBe(204);
    expect(response.headers['access-control-allow-origin']).toBe(ALLOWED);
    expect(list(response.headers['access-control-allow-methods'])).toEqual([
      'post',
      'get',
      'delete',
    ]);
    expect(list(response.headers.vary)).toEqual(
      expect.arrayContaining(['origin', 'access-control-request-headers']),
    );
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    'content-type',
    'accept',
    'authorization',
    'mcp-session-id',
    'mcp-protocol-version',
    'last-event-id',
    'mcp-method',
    'mcp-name',
    'mcp-param-region',
    'Mcp-Param-X.y',
    'traceparent',
  ])('%s is allowed', async (name) => {
    const { server } = await gateway();
    const response = await preflight(server, `${name},x-other`);
    expect(list(response.headers['access-control-allow-headers'])).toEqual([name.toLowerCase()]);
  });

  test('allowedHeaders adds to the preset', async () => {
    const { server } = await gateway({ origin: ALLOWED, allowedHeaders: ['X-Tenant'] });
    const response = await preflight(server, 'x-tenant, x-other, mcp-name');
    expect(list(response.headers['access-control-allow-headers'])).toEqual([
      'x-tenant',
      'mcp-name',
    ]);
  });

  test('credentials and maxAge are as configured', async () => {
    const { server } = await gateway({ origin: ALLOWED, credentials: true, maxAge: '1h' });
    const response = await preflight(server);
    expect(response.headers['access-control-allow-credentials']).toBe('true');
    expect(response.headers['access-control-max-age']).toBe('3600');
  });

  test('an OPTIONS that is no preflight is a method like any other', async () => {
    const { server } = await gateway();
    await request(server).options('/mcp').expect(405);
    await request(server).options('/mcp').set('Origin', ALLOWED).expect(405);
  });
});

describe('answers to an allowed origin', () => {
  test.each([
    ['a relayed answer', 'post', 200],
    ['an answer from the error table', 'put', 405],
  ] as const)('%s has one set of CORS headers, ours', async (_, method, status) => {
    const { server } = await gateway();
    const response = await request(server)[method]('/mcp').set('Origin', ALLOWED);
    expect(response.status).toBe(status);
    expect(response.headers['access-control-allow-origin']).toBe(ALLOWED);
    const exposed = list(response.headers['access-control-expose-headers']);
    expect(exposed).toEqual(
      expect.arrayContaining(['mcp-session-id', 'www-authenticate', 'retry-after', 'ratelimit']),
    );
    expect(exposed).not.toContain('x-upstream');
    expect(list(response.headers.vary)).toContain('origin');
  });

  test('an unreachable upstream is still readable for the page', async () => {
    const { server } = await startGateway({
      target: 'http://127.0.0.1:1/mcp',
      cors: { origin: [ALLOWED], exposedHeaders: ['X-Mine'] },
    });
    const response = await request(server).post('/mcp').set('Origin', ALLOWED);
    expect(response.status).toBe(502);
    expect(response.headers['access-control-allow-origin']).toBe(ALLOWED);
    expect(list(response.headers['access-control-expose-headers'])).toContain('x-mine');
  });
});

test('a browser is told of each header once, however often and in whatever case it is written', async () => {
  const { server } = await gateway({
    origin: [ALLOWED],
    exposedHeaders: ['mcp-session-id', 'X-Mine', 'x-mine'],
    allowedHeaders: ['authorization', 'X-Own', 'x-own'],
  });
  const answer = await request(server).post('/mcp').set('Origin', ALLOWED);
  const exposed = list(answer.headers['access-control-expose-headers']);
  expect(exposed).toEqual(expect.arrayContaining(['mcp-session-id', 'x-mine']));
  expect(exposed).toEqual([...new Set(exposed)]);
  const preflight = await request(server)
    .options('/mcp')
    .set('Origin', ALLOWED)
    .set('Access-Control-Request-Method', 'POST');
  const allowed = list(preflight.headers['access-control-allow-headers']);
  expect(allowed).toEqual(expect.arrayContaining(['authorization', 'x-own']));
  expect(allowed).toEqual([...new Set(allowed)]);
});

describe('cors: false leaves CORS and the Origin check to the app', () => {
  test('any origin passes and the upstream’s own headers come through', async () => {
    const { server } = await gateway(false as unknown as object);
    const response = await request(server).post('/mcp').set('Origin', 'https://evil.example');
    expect(response.status).toBe(200);
    expect(response.headers['access-control-allow-origin']).toBe('*');
  });

  test('headers that the app has set win over the upstream’s', async () => {
    const upstream = await recordingUpstream((_, res) => {
      res.setHeader('access-control-allow-origin', '*');
      res.end();
    });
    const { server } = await startGateway({ target: upstream.target, cors: false }, (app) =>
      app.use((_req, res, next) => {
        res.setHeader('Access-Control-Allow-Origin', ALLOWED);
        next();
      }),
    );
    const response = await request(server).post('/mcp');
    expect(response.headers['access-control-allow-origin']).toBe(ALLOWED);
  });
});
