import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { jwt } from '../../src/index.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { startIssuer } from '../support/jwt/issued.ts';
import { serve } from '../support/servers.ts';
import {
  active,
  CLIENT,
  gatewayWith,
  HeldTime,
  introspectionServer,
  type Question,
  type Reply,
  says,
  schemeFor,
} from './support/introspection-server.ts';

const SECOND = 1000;
const NOBODY = {} as ServerResponse;

async function setUp(options: Parameters<typeof schemeFor>[1] = {}, clock = new HeldTime()) {
  const server = await introspectionServer();
  const gateway = await gatewayWith(schemeFor(server, options, clock));
  return { server, clock, ...gateway };
}

describe('what the server is sent', () => {
  test('RFC 7662: a form with the token, from a client that authenticates with Basic', async () => {
    const { server, outcome } = await setUp();
    expect(await outcome('a.b~c-d_e+f/g==')).toBe('200');
    const { method, url, headers, body } = server.questions[0] as Question;
    expect([method, url]).toEqual(['POST', '/introspect']);
    expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded\b/);
    expect(headers.accept).toBe('application/json');
    expect(body).not.toMatch(/[+/]|==/);
    expect([...new URLSearchParams(body)]).toEqual([
      ['token_type_hint', 'access_token'],
      ['token', 'a.b~c-d_e+f/g=='],
    ]);
    const basic = Buffer.from(String(headers.authorization).replace('Basic ', ''), 'base64');
    const [id = '', secret = ''] = basic.toString('latin1').split(':');
    // RFC 6749 section 2.3.1: each is encoded as in a form.
    const plain = (text: string) => new URLSearchParams(`a=${text}`).get('a');
    expect([plain(id), plain(secret)]).toEqual([CLIENT.clientId, CLIENT.clientSecret]);
    expect(Object.keys(headers).join()).not.toMatch(/cookie|x-|mcp/);
  });

  test('nothing for credentials that are no bearer token in the header', async () => {
    const { server, callWith } = await setUp();
    const rows: Record<string, string>[] = [
      {},
      { Authorization: 'Basic YTpi' },
      { Authorization: 'a-token' },
      { Authorization: 'Bearer' },
      { Authorization: 'Bearer a b' },
      { Authorization: 'Bearer a,b' },
      { Authorization: 'Bearer a&token=b' },
      { Authorization: 'Bearer a\u00e9' },
      { Authorization: 'Bearer "a"' },
      { Authorization: `Bearer ${'a'.repeat(16 * 1024 + 1)}` },
      { Cookie: 'access_token=a' },
      { 'X-Api-Key': 'a' },
    ];
    for (const headers of rows) {
      const { status } = await callWith(headers);
      expect([headers, [400, 401, 431].includes(status)]).toEqual([headers, true]);
    }
    expect(server.questions).toEqual([]);
  });
});

describe('a JWT of somebody else is not sent to the server', () => {
  const jwtOf = (iss: unknown) =>
    ['{"alg":"RS256"}', JSON.stringify({ iss }), 'signature']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');

  test('where it names another issuer than the configured one', async () => {
    const { server, outcome } = await setUp({ issuer: 'https://idp.example' });
    for (const iss of [
      'https://other.example',
      'https://idp.example/',
      ['https://idp.example'],
      7,
    ]) {
      expect([iss, await outcome(jwtOf(iss))]).toEqual([iss, '401 unauthorized']);
    }
    expect(server.questions).toEqual([]);
    expect(await outcome(jwtOf('https://idp.example'))).toBe('200');
    expect(await outcome(jwtOf(undefined))).toBe('200');
    expect(await outcome('a.b.c')).toBe('200');
    expect(server.questions).toHaveLength(3);
  });

  test.each(['in front of', 'behind'])('where jwt() %s it knows the issuer', async (place) => {
    const idp = await startIssuer();
    const server = await introspectionServer(says(() => active({ sub: 'bob' })));
    const own = schemeFor(server);
    const { outcome, users } = await gatewayWith(
      place === 'behind' ? [own, idp.auth] : [idp.auth, own],
    );
    expect(await outcome(await idp.token())).toBe('200');
    expect(await outcome(await idp.token({ exp: 1 }))).toBe('401 unauthorized');
    expect(await outcome(await idp.token({ aud: 'https://other.example' }))).toBe(
      '401 unauthorized',
    );
    expect(await outcome(`${await idp.token()}x`)).toBe('401 unauthorized');
    expect(server.questions).toEqual([]);
    expect(await outcome('opaque')).toBe('200');
    expect(users).toEqual(['alice', 'bob']);
  });

  test('where jwt() cannot tell at the moment: 503, and nobody else is asked', async () => {
    const idp = await startIssuer();
    const keys = jwt({ issuer: idp.issuer, audience: AUDIENCE, jwksUri: 'http://127.0.0.1:1/' });
    const server = await introspectionServer();
    const { outcome } = await gatewayWith([schemeFor(server), keys]);
    expect(await outcome(await idp.token())).toBe('503 keys_unavailable');
    expect(server.questions).toEqual([]);
  });

  test('where a function of the app that decides about issuers throws', async () => {
    const tenants = () => {
      throw new Error('no database');
    };
    const issuer = { pattern: 'https://idp.example/{tenant}', tenants, authorizationServers: [] };
    const server = await introspectionServer();
    const { outcome } = await gatewayWith([
      schemeFor(server),
      jwt({ issuer, audience: AUDIENCE, jwksUri: 'http://127.0.0.1:1/' }),
    ]);
    expect(await outcome(jwtOf('https://idp.example/acme'))).toBe('500 internal_error');
    expect(server.questions).toEqual([]);
  });

  test('one authenticator in two lists knows of the others in each', async () => {
    const idp = await startIssuer();
    const server = await introspectionServer();
    const shared = schemeFor(server);
    const both = await gatewayWith([shared, idp.auth]);
    const alone = await gatewayWith(shared);
    const token = await idp.token();
    expect([await both.outcome(token), server.questions.length]).toEqual(['200', 0]);
    expect([await alone.outcome(token), server.questions.length]).toEqual(['200', 1]);
  });
});

const faults: [string, Reply][] = [
  ['answers 502', (res) => res.writeHead(502).end('<html>')],
  ['answers 503', (res) => res.writeHead(503).end()],
  ['answers 429', (res) => res.writeHead(429).end()],
  ['answers 404', (res) => res.writeHead(404).end(JSON.stringify(active()))],
  ['answers 201', (res) => res.writeHead(201).end(JSON.stringify(active()))],
  ['answers 204', (res) => res.writeHead(204).end()],
  ['does not know this client', (res) => res.writeHead(401).end('{"error":"invalid_client"}')],
  [
    'does not know this client, with a challenge',
    (res) =>
      res.writeHead(401, { 'WWW-Authenticate': 'Basic realm="a"' }).end(JSON.stringify(active())),
  ],
  [
    'does not know this client, by an error alone',
    (res) => res.writeHead(400).end('{"error":"invalid_client"}'),
  ],
  ['forbids it', (res) => res.writeHead(403).end(JSON.stringify(active()))],
  ['redirects', (res) => res.writeHead(307, { Location: '/elsewhere' }).end()],
  ['redirects with 302', (res) => res.writeHead(302, { Location: '/elsewhere' }).end()],
  ['closes the connection', (res) => void res.destroy()],
  ['answers no JSON', (res) => void res.end('active')],
  [
    'breaks off',
    (res) => {
      res.writeHead(200, { 'Content-Length': 1000 }).write('{"active":true');
      setImmediate(() => res.destroy());
    },
  ],
];

const LARGE: [string, Reply][] = [
  ['answers 5 MB', (res) => void res.end(JSON.stringify(active({ pad: 'x'.repeat(5 * 2 ** 20) })))],
  [
    'answers 5 MB that were squeezed',
    (res) => {
      const text = JSON.stringify(active({ pad: 'x'.repeat(5 * 2 ** 20) }));
      res.setHeader('Content-Encoding', 'gzip').end(gzipSync(text));
    },
  ],
];

describe('a server that cannot be asked is a 503, and never a yes', () => {
  test.each(faults)(
    '%s: not asked again for a second, then for two, up to 30',
    async (_, fault) => {
      const { server, clock, outcome, users } = await setUp();
      server.reply = fault;
      expect(await outcome('a')).toBe('503 keys_unavailable');
      for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
        const before = server.questions.length;
        clock.pass(seconds * SECOND - 1);
        expect(await outcome('b')).toBe('503 keys_unavailable');
        expect(server.questions).toHaveLength(before);
        clock.pass(1);
        expect(await outcome('c')).toBe('503 keys_unavailable');
        expect(server.questions).toHaveLength(before + 1);
      }
      server.reply = says(() => active());
      clock.pass(30 * SECOND);
      expect(await outcome('a')).toBe('200');
      server.reply = fault;
      expect(await outcome('d')).toBe('503 keys_unavailable');
      clock.pass(SECOND);
      server.reply = says(() => active());
      expect(await outcome('d')).toBe('200');
      expect(users).toHaveLength(2);
      expect(server.questions.filter(({ url }) => url !== '/introspect')).toEqual([]);
    },
  );

  test('500 may be about one token alone: nobody is asked for a second, and never for longer', async () => {
    const { server, clock, outcome } = await setUp();
    server.reply = (res, question) => {
      if (question.token?.startsWith('odd')) res.writeHead(500).end(JSON.stringify(active()));
      else says(() => active())(res, question);
    };
    for (let n = 0; n < 6; n += 1) {
      expect(await outcome(`odd-${n}`)).toBe('503 keys_unavailable');
      expect(await outcome('good')).toBe(n === 0 ? '503 keys_unavailable' : '200');
      expect(server.questions).toHaveLength(n === 0 ? 1 : 2 * n + 1);
      clock.pass(SECOND);
      if (n === 0) expect(await outcome('good')).toBe('200');
      else expect(await outcome(`good-${n}`)).toBe('200');
    }
  });

  test.each(LARGE)('%s: that token alone is shut out', async (_, reply) => {
    const { server, outcome, users } = await setUp();
    server.reply = (res, question) => {
      if (question.token === 'large') reply(res, question);
      else says(() => active())(res, question);
    };
    expect(await outcome('large')).toBe('503 keys_unavailable');
    expect(await outcome('a')).toBe('200');
    expect(await outcome('large')).toBe('503 keys_unavailable');
    expect(server.questions.map(({ token }) => token)).toEqual(['large', 'a']);
    expect(users).toHaveLength(1);
  });

  test('500 tokens are asked about at a time; further ones are a 503 at once', async () => {
    const server = await introspectionServer(() => {});
    const scheme = schemeFor(server, {}, new HeldTime(60_000));
    const present = (token: string) => {
      const authorization = `Bearer ${token}`;
      const rawHeaders = ['Authorization', authorization];
      return scheme.identify({ headers: { authorization }, rawHeaders } as IncomingMessage, NOBODY);
    };
    const waiting = Array.from({ length: 500 }, (_, n) => present(`token-${n}`));
    expect(await present('one-more')).toMatchObject({
      outcome: 'unavailable',
      cause: { message: 'More than 500 tokens are being asked about' },
    });
    // Who waits for the same token needs no question of its own.
    const same = present('token-7');
    while (server.questions.length < 500) await new Promise(setImmediate);
    expect(server.questions.some(({ token }) => token === 'one-more')).toBe(false);
    server.hangUp();
    const outcomes = (await Promise.all([...waiting, same])).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['unavailable']));
  });

  test.each<[string, Reply]>([
    ['says nothing', () => {}],
    ['says the head only', (res) => void res.writeHead(200).write('{')],
  ])('%s: given up after a while', async (_, reply) => {
    const { server, outcome, told } = await setUp({}, new HeldTime(150));
    server.reply = reply;
    expect(await outcome('a')).toBe('503 keys_unavailable');
    expect(told()).toContain('gave no answer (it took more than 150 ms)');
  });

  test('what is remembered holds for its time all the same, and no longer', async () => {
    const { server, clock, outcome } = await setUp({ cache: '10s' });
    expect(await outcome('a')).toBe('200');
    server.reply = (res) => void res.destroy();
    expect(await outcome('b')).toBe('503 keys_unavailable');
    clock.pass(10 * SECOND - 1);
    expect(await outcome('a')).toBe('200');
    clock.pass(1);
    expect(await outcome('a')).toBe('503 keys_unavailable');
  });

  test.each([400, 413, 414, 422, 431])(
    '%i for one token shuts out that token alone',
    async (status) => {
      const { server, clock, outcome } = await setUp();
      server.reply = (res, question) => {
        if (question.token === 'odd') res.writeHead(status).end();
        else says(() => active())(res, question);
      };
      expect(await outcome('odd')).toBe('503 keys_unavailable');
      expect(await outcome('a')).toBe('200');
      expect(await outcome('odd')).toBe('503 keys_unavailable');
      expect(server.questions.map(({ token }) => token)).toEqual(['odd', 'a']);
      clock.pass(SECOND);
      await outcome('odd');
      expect(server.questions.map(({ token }) => token)).toEqual(['odd', 'a', 'odd']);
    },
  );

  test('a kind of token that the server does not introspect is refused', async () => {
    const { server, outcome } = await setUp();
    server.reply = (res) => res.writeHead(400).end('{"error":"unsupported_token_type"}');
    expect(await outcome('a.b.c')).toBe('401 unauthorized');
    server.reply = says(() => active());
    expect(await outcome('a')).toBe('200');
  });

  test('the operator is told why, and nobody is told a secret or a token', async () => {
    const { server, clock, outcome, told } = await setUp();
    for (const [reply, why] of [
      [
        faults[7]?.[1],
        'answered 401, so it does not take this client: check clientId and clientSecret',
      ],
      [(res) => res.writeHead(500).end(CLIENT.clientSecret), 'answered 500'],
      [(res, { body }) => void res.end(body), 'answered no JSON'],
      [(res) => void res.destroy(), /gave no answer \((UND_ERR_SOCKET|ECONNRESET)\)/],
    ] as [Reply, string | RegExp][]) {
      server.reply = reply;
      expect(await outcome('top-secret-token')).toBe('503 keys_unavailable');
      expect(told()).toMatch(why);
      clock.pass(60 * SECOND);
    }
    const encoded = encodeURIComponent(CLIENT.clientSecret);
    for (const secret of ['s3cret', encoded, 'top-secret-token', 'Basic ']) {
      expect(told()).not.toContain(secret);
    }
  });
});

describe('where the server is, is found in the metadata of the issuer', () => {
  async function discovering(options: Parameters<typeof schemeFor>[1] = {}) {
    const server = await introspectionServer();
    const clock = new HeldTime();
    const scheme = schemeFor({}, { issuer: server.issuer, ...options }, clock);
    return { server, clock, ...(await gatewayWith(scheme)) };
  }

  test('once for many tokens, and clients are told of the issuer', async () => {
    const { server, outcome, callWith } = await discovering();
    let read = 0;
    const { metadata } = server;
    server.metadata = (res) => {
      read += 1;
      metadata(res);
    };
    expect(await Promise.all(['a', 'b', 'c'].map(outcome))).toEqual(['200', '200', '200']);
    expect([read, server.questions.length]).toEqual([1, 3]);
    const refused = await callWith({});
    expect(refused.head).toContain('resource_metadata="https://gateway.example/.well-known/');
  });

  test.each<[string, (issuer: string) => unknown]>([
    ['names no endpoint', (issuer) => ({ issuer })],
    [
      'is that of another issuer',
      (issuer) => ({ issuer: `${issuer}/`, introspection_endpoint: issuer }),
    ],
    [
      'names an endpoint without TLS',
      (issuer) => ({ issuer, introspection_endpoint: 'http://10.0.0.1/' }),
    ],
    ['names a file', (issuer) => ({ issuer, introspection_endpoint: 'file:///etc/passwd' })],
    ['names a list', (issuer) => ({ issuer, introspection_endpoint: [issuer] })],
    [
      'names a URL with a password',
      (issuer) => ({ issuer, introspection_endpoint: issuer.replace('//', '//a:b@') }),
    ],
    ['is a list', (issuer) => [{ issuer, introspection_endpoint: issuer }]],
    ['is null', () => null],
  ])('metadata that %s is a 503, with back-off', async (_, document) => {
    const { server, clock, outcome, told } = await discovering();
    let read = 0;
    server.metadata = (res) => {
      read += 1;
      res.end(JSON.stringify(document(server.issuer)));
    };
    expect(await outcome('a')).toBe('503 keys_unavailable');
    const once = read;
    expect(await outcome('b')).toBe('503 keys_unavailable');
    expect([read, server.questions]).toEqual([once, []]);
    expect(told()).toContain(`The metadata of ${server.issuer} could not be fetched, or names no`);
    clock.pass(SECOND);
    expect(await outcome('b')).toBe('503 keys_unavailable');
    expect(read).toBe(2 * once);
  });

  test('a redirect of the metadata leads nowhere', async () => {
    const elsewhere = await introspectionServer();
    const { server, outcome } = await discovering();
    server.metadata = (res) => {
      res
        .writeHead(302, { Location: `${elsewhere.issuer}/.well-known/openid-configuration` })
        .end();
    };
    expect(await outcome('a')).toBe('503 keys_unavailable');
  });

  test('it is looked for anew after ten minutes, and the old place holds while that fails', async () => {
    const moved = await introspectionServer(says(() => active({ sub: 'moved' })));
    const { server, clock, outcome, users } = await discovering({ cache: false });
    expect(await outcome('a')).toBe('200');
    const read = Promise.withResolvers<void>();
    server.metadata = (res) => {
      res.writeHead(500).end();
      read.resolve();
    };
    clock.pass(10 * 60 * SECOND);
    expect(await outcome('a')).toBe('200');
    await read.promise;
    server.metadata = (res) => {
      res.end(JSON.stringify({ issuer: server.issuer, introspection_endpoint: moved.url }));
    };
    clock.pass(60 * SECOND);
    while (users.at(-1) !== 'moved') expect(await outcome('a')).toBe('200');
    expect(server.questions.length).toBeGreaterThan(1);
  });

  test('a metadata server that hangs takes no longer than the server may', async () => {
    const { port } = await serve(() => {});
    const issuer = `http://127.0.0.1:${port}`;
    const scheme = schemeFor({}, { issuer }, new HeldTime(150));
    expect(await (await gatewayWith(scheme)).outcome('a')).toBe('503 keys_unavailable');
  });
});
