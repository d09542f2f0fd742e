import { IncomingMessage, Server, ServerResponse } from 'node:http';
import { request as requestOverTls, Server as TlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import express, { type Express, type Request, type Response } from 'express';
import request from 'supertest';
import {
  type CreateServerOptions,
  createMcpGateway,
  createServer,
  GatewayConfigError,
} from '../src/index.ts';
import { Authority, describeWithCertificates } from './support/certificates.ts';
import { exchange, rawClient } from './support/client/raw.ts';
import { express4 } from './support/express4.ts';
import { listenOn, serve } from './support/servers.ts';
import { recordingUpstream } from './support/upstream.ts';

const VERSIONS: [name: string, make: typeof express][] = [
  ['Express 5', express],
  ['Express 4', express4],
];

/** All that code can tell of a request and its answer. */
function picture(at: string, req: Request, res: Response, apps: readonly Express[]): object {
  const { ip, ips, path, baseUrl, originalUrl, query, params, protocol, hostname, method } = req;
  return {
    at,
    app: apps.findIndex((app) => app === req.app),
    prototypes: [
      apps.findIndex(({ request }) => Object.getPrototypeOf(req) === request),
      apps.findIndex(({ response }) => Object.getPrototypeOf(res) === response),
    ],
    kinds: [req instanceof IncomingMessage, res instanceof ServerResponse],
    constructors: [req.constructor === IncomingMessage, res.constructor === ServerResponse],
    own: [req, res].map((one) => Reflect.ownKeys(one).map(String)),
    shown: [req, res].map((one) => inspect(one, { depth: -1 })),
    told: { ip, ips, path, baseUrl, originalUrl, query, params, protocol, hostname, method },
    greeting: Reflect.get(req, 'greeting'),
    related: req.res === res && res.req === req,
  };
}

/** An app with another one in it, that goes on or fails; `seen` gets what each sees. */
function appInApp(make: typeof express, seen: object[]): Express {
  const app = make();
  const inner = make();
  const look = (at: string) => (req: Request, res: Response, next: () => void) => {
    seen.push(picture(at, req, res, [app, inner]));
    next();
  };
  inner.set('trust proxy', true);
  inner.use(look('inner'));
  inner.get('/fail', () => {
    throw new Error('failed');
  });
  app.use(look('in front'));
  app.use('/inner', inner);
  app.use(look('behind'));
  app.get('/inner/on', (_req, res) => void res.status(201).set('X-Own', 'yes').json({ a: 1 }));
  app.use(((_error, req, res, _next) => {
    look('error')(req, res, () => res.status(500).send('failed'));
  }) satisfies express.ErrorRequestHandler);
  return app;
}

const withoutDate = (answer: string) => answer.replace(/^Date: .*$/m, '');

describe.each(VERSIONS)('an app of %s', (_, make) => {
  test.each(['/inner/on?a=b', '/inner/fail', '/nowhere'])(
    'sees and answers the same as on a server of its own (%s)',
    async (path) => {
      const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n`;
      const runs = await Promise.all(
        [
          async (app: Express) => (await serve(app)).port,
          (app: Express) => listenOn(createServer(app)),
        ].map(async (listen) => {
          const seen: object[] = [];
          const app = appInApp(make, seen);
          const port = await listen(app);
          // What is added later is seen by all.
          Reflect.set(app.request, 'greeting', 'hello');
          const { text: answer } = await exchange(port, bytes);
          return { seen, answer: withoutDate(answer) };
        }),
      );
      expect(runs[1]).toEqual(runs[0]);
      expect(runs[1]?.seen.length).toBeGreaterThan(1);
      expect(runs[1]?.seen[0]).toMatchObject({ greeting: 'hello', prototypes: [0, 0] });
    },
  );

  test('finds its prototypes on requests and answers when they come', async () => {
    const app = make().use((_req, res) => void res.end());
    const server = createServer(app);
    const born: unknown[] = [];
    server.prependListener('request', (...pair) => {
      born.push(...pair.map((one) => Object.getPrototypeOf(one)));
    });
    const port = await listenOn(server);
    await request(`http://127.0.0.1:${port}`).get('/').expect(200);
    expect(born[0]).toBe(app.request);
    expect(born[1]).toBe(app.response);
  });

  test('relays with a gateway, also from an app that is mounted', async () => {
    const upstream = await recordingUpstream();
    const gateway = createMcpGateway({ target: upstream.target });
    const port = await listenOn(
      createServer(make().use(gateway).use('/team', make().use(gateway))),
    );
    for (const path of ['/mcp', '/team/mcp']) {
      await request(`http://127.0.0.1:${port}`).post(path).send('{}').expect(200);
    }
    expect(upstream.seen.map(({ body }) => String(body))).toEqual(['{}', '{}']);
  });
});

describe('the server', () => {
  test('is hardened, and takes the limits of hardenServer', () => {
    expect(createServer(express())).toMatchObject({
      headersTimeout: 15_000,
      requestTimeout: 120_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5000,
      maxHeadersCount: null,
    });
    const own = { headersTimeout: '3s', requestTimeout: 1000, keepAliveTimeout: '1m' };
    expect(createServer(express(), own)).toMatchObject({
      headersTimeout: 3000,
      requestTimeout: 1000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 1000,
    });
  });

  test('cuts off a client that dribbles its head', async () => {
    const client = await rawClient(
      await listenOn(createServer(express(), { headersTimeout: 100, requestTimeout: 200 })),
    );
    client.send('POST /mcp HTTP/1.1\r\nHost:');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('takes options of Node', async () => {
    const server = createServer(express(), { maxHeaderSize: 200, requireHostHeader: false });
    expect(server).toBeInstanceOf(Server);
    const port = await listenOn(server);
    const long = await exchange(port, `GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(200)}\r\n\r\n`);
    expect(long.statuses).toEqual([431]);
    const short = await exchange(port, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(short.statuses).toEqual([404]);
  });

  // biome-ignore lint/suspicious/noExplicitAny: mistakes of those who have no types.
  const wrong = (value: unknown) => value as any;
  test.each<[name: string, app: unknown, options: object, problem: RegExp]>([
    ['a router', express.Router(), {}, /^ {2}app: .*express\(\)\.use\(router\)/m],
    ['a gateway', createMcpGateway({ target: 'http://a' }), {}, /^ {2}app: .*\.use\(router\)/m],
    ['a listener', () => {}, {}, /^ {2}app: .*hardenServer\(http\.createServer\(listener\)\)/m],
    ['nothing', undefined, {}, /^ {2}app: given undefined/m],
    ['no duration', express(), { requestTimeout: 'soon' }, /^ {2}requestTimeout: .*'30s'/m],
    ['a misspelt option', express(), { maxHeadersize: 1 }, /^ {2}maxHeadersize: .*maxHeaderSize/m],
    ['a class', express(), { IncomingMessage }, /^ {2}IncomingMessage: .*app\.request/m],
    [
      'a lax parser',
      express(),
      { insecureHTTPParser: true },
      /^ {2}insecureHTTPParser: .*leave it out/m,
    ],
    ['a key beside tls', express(), { key: 'secret' }, /^ {2}key: .*tls: \{ cert, key \}/m],
    ['tls without a certificate', express(), { tls: {} }, /^ {2}tls: .*cert and key/m],
    [
      'a lax parser in tls',
      express(),
      { tls: { cert: '', key: '', insecureHTTPParser: true } },
      /^ {2}tls\.insecureHTTPParser: .*no such parser/m,
    ],
    [
      'an insecure parser in tls',
      express(),
      { tls: { cert: '', key: '', httpValidation: 'insecure' } },
      /^ {2}tls\.httpValidation: .*no such parser/m,
    ],
    ['no options', express(), wrong(null), /^ {2}createServer: given null; expected an object/m],
  ])('is not made of %s', (_, app, options, problem) => {
    const make = () => createServer(wrong(app), options);
    expect(make).toThrow(GatewayConfigError);
    expect(make).toThrow(problem);
    expect(make).not.toThrow('secret');
  });

  test('passes on what Node says of a value', () => {
    const options: CreateServerOptions = { maxHeaderSize: wrong('much') };
    expect(() => createServer(express(), options)).toThrow(/maxHeaderSize/);
  });
});

describeWithCertificates('with tls', () => {
  test('the server speaks HTTPS, hardened', async () => {
    const authority = new Authority('an authority');
    const { cert, key } = authority.issue('localhost');
    const app = express().use((req, res) => void res.json([req.secure, req.app === app]));
    const server = createServer(app, { tls: { cert, key }, requestTimeout: '1m' });
    expect(server).toBeInstanceOf(TlsServer);
    expect(server).toMatchObject({ headersTimeout: 15_000, requestTimeout: 60_000 });
    const port = await listenOn(server);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { port, host: 'localhost', ca: authority.identity.cert, agent: false };
      requestOverTls(options, resolve).on('error', reject).end();
    });
    expect(await text(answer)).toBe('[true,true]');
  });
});
