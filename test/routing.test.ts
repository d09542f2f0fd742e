import { describe, expect, jest, test } from '@jest/globals';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  Router,
} from 'express';
import request from 'supertest';
import { createMcpGateway, type GatewayConfig, type GatewayContext } from '../src/index.ts';
import { exchange } from './support/client/raw.ts';
import { express4 } from './support/express4.ts';
import { startGateway } from './support/gateway.ts';
import { startIssuer } from './support/jwt/issued.ts';
import { serve } from './support/servers.ts';
import { recordingUpstream } from './support/upstream.ts';

describe('path', () => {
  test.each([
    ['/mcp', 200],
    ['/mcp/', 200],
    ['/mcp?a=b&sessionId=1', 200],
    ['/MCP', 404],
    ['/mcp/below', 404],
    ['/mcp//', 404],
    ['//mcp', 404],
    ['/%6dcp', 404],
    ['/mcp%2f', 404],
    ['/mcpx', 404],
    ['/', 404],
  ])('%s: %i', async (path, status) => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target });
    const client = await exchange(
      port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(client.statuses).toEqual([status]);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each(['/mcp/../up/admin', '/mcp?key=2', 'http://evil.example/mcp?key=2'])(
    'the target’s path and query are the only ones an upstream sees (%s)',
    async (requested) => {
      const upstream = await recordingUpstream();
      const { port } = await startGateway({ target: upstream.target });
      await exchange(port, `GET ${requested} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      for (const { url } of upstream.seen) expect(url).toBe('/up/mcp?key=1');
    },
  );

  test('a path with characters that mean something to a pattern is taken literally', async () => {
    const upstream = await recordingUpstream();
    const { server } = await startGateway({ target: upstream.target, path: '/a.b/(c)+' });
    await request(server).post('/a.b/(c)+').expect(200);
    await request(server).post('/a.b/cc').expect(404);
    await request(server).post('/axb/(c)+').expect(404);
  });

  test("'/' serves the path the router is mounted on", async () => {
    const upstream = await recordingUpstream();
    const app = express();
    app.use('/team/:id/mcp', createMcpGateway({ path: '/', target: upstream.target }));
    await request(app).post('/team/7/mcp').expect(200);
    await request(app).post('/team/7/mcp/').expect(200);
    await request(app).post('/team/7/mcp/x').expect(404);
  });

  test('a first miss under a mount path warns once, and says what to change', async () => {
    const app = express();
    app.use('/mcp', createMcpGateway({ target: 'http://127.0.0.1:1' }));
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await request(app).post('/mcp').expect(404);
    await request(app).post('/mcp').expect(404);
    const calls = emitted.mock.calls;
    emitted.mockRestore();
    expect(calls).toEqual([
      [expect.stringContaining("path: '/'"), expect.objectContaining({ code: 'MCP_GATEWAY_PATH' })],
    ]);
  });

  test("a miss under a gateway whose path is '/' is none of its mistakes", async () => {
    const app = express();
    app.use('/m', createMcpGateway({ path: '/', target: 'http://127.0.0.1:1' }));
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await request(app).post('/m/other').expect(404);
    const calls = emitted.mock.calls;
    emitted.mockRestore();
    expect(calls).toEqual([]);
  });

  test('a mount path’s parameters reach the functions of headers.set', async () => {
    const upstream = await recordingUpstream();
    const app = express();
    const set = { 'X-Team': ({ req }: GatewayContext) => String((req as Request).params.id) };
    app.use(
      '/team/:id/mcp',
      createMcpGateway({ path: '/', target: upstream.target, headers: { set } }),
    );
    await request(app).post('/team/7/mcp').expect(200);
    expect(upstream.seen[0]?.headers['x-team']).toBe('7');
  });

  test('everything else in the app goes on as before', async () => {
    const { server } = await startGateway({ target: 'http://127.0.0.1:1' }, (app) => {
      app.get('/health', (_req, res) => res.send('well'));
    });
    const response = await request(server).get('/health');
    expect([response.status, response.text]).toEqual([200, 'well']);
  });
});

/** Where Express keeps what was added by `use`. */
interface Layer {
  handle: RequestHandler;
  match(path: string): unknown;
}

/** Those of gateways, which are routers. */
function layersOf(app: Express): Layer[] {
  const { _router: router = app.router } = app as Express & { _router?: Router };
  return (router.stack as unknown as Layer[]).filter(({ handle }) => 'stats' in handle);
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('many gateways in one app of %s', (_, make) => {
  const many = (app: Express, target: GatewayConfig['target'], count = 50) => {
    for (let i = 0; i < count; i += 1) app.use(createMcpGateway({ path: `/mcp/${i}`, target }));
    return app;
  };

  test('each serves its own path', async () => {
    const upstream = await recordingUpstream();
    const { server } = await serve(many(make(), upstream.target));
    for (const path of ['/mcp/0', '/mcp/7', '/mcp/49', '/mcp/49/', '/mcp/49?a=b']) {
      await request(server).post(path).expect(200);
    }
    for (const path of ['/mcp', '/mcp/', '/mcp/50', '/mcp/4', '/mcp/049', '/MCP/4', '/mcp/4/9']) {
      await request(server)
        .post(path)
        .expect(path === '/mcp/4' ? 200 : 404);
    }
    expect(upstream.seen).toHaveLength(6);
  });

  test('to pass those that are not meant takes no turn of the event loop', async () => {
    const app = make();
    let turns = 0;
    app.use((_req, _res, next) => {
      setImmediate(() => {
        turns += 1;
      });
      next();
    });
    many(app, 'http://127.0.0.1:1');
    app.get('/turns', (_req, res) => void res.json(turns));
    const { server } = await serve(app);
    const { body } = await request(server).get('/turns').expect(200);
    expect(body).toBe(0);
  });

  test('what stands between them runs in its place, and may change where a request goes', async () => {
    const upstream = await recordingUpstream();
    const { target } = upstream;
    const app = make();
    const ran: string[] = [];
    const note = (name: string) => (_req: unknown, _res: unknown, next: () => void) => {
      ran.push(name);
      next();
    };
    app.use(createMcpGateway({ path: '/first', target }), note('between'));
    app.use((req, _res, next) => {
      if (req.url === '/other') req.url = '/second';
      next();
    });
    app.use(createMcpGateway({ path: '/third', target }), note('close'));
    app.use(createMcpGateway({ path: '/second', target }), note('behind'));
    const { server } = await serve(app);
    // Once before Express knows for which paths each is meant, and once when it does.
    for (const _round of [1, 2]) {
      const passed: Record<string, string[]> = {};
      for (const path of ['/first', '/second', '/third', '/other', '/none']) {
        await request(server)
          .post(path)
          .expect(path === '/none' ? 404 : 200);
        passed[path] = ran.splice(0);
      }
      expect(passed).toEqual({
        '/first': [],
        '/second': ['between', 'close'],
        '/third': ['between'],
        '/other': ['between', 'close'],
        '/none': ['between', 'close', 'behind'],
      });
    }
  });

  test('Express calls the one that is meant alone, whichever way they were added, and when', async () => {
    const upstream = await recordingUpstream();
    const { target } = upstream;
    const named = (name: string) => createMcpGateway({ path: `/${name}`, target });
    const app = make()
      .use(named('a'), named('b'))
      .use([named('c'), named('d')]);
    const { server } = await serve(app);
    await request(server).post('/none').expect(404);
    app.use(named('e')).use(named('f'));
    await request(server).post('/none').expect(404);

    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      expect(layersOf(app).filter((layer) => layer.match(`/${name}`))).toHaveLength(1);
      await request(server).post(`/${name}`).expect(200);
      await request(server).post(`/${name}/`).expect(200);
    }
    expect(layersOf(app).filter((layer) => layer.match('/none'))).toEqual([]);
    expect(upstream.seen).toHaveLength(12);
  });

  test('one that has been given another path is found there, and nowhere else', async () => {
    const upstream = await recordingUpstream();
    const { target } = upstream;
    const gateway = createMcpGateway({ path: '/a', target });
    const { server } = await serve(
      make().use(createMcpGateway({ path: '/first', target }), gateway),
    );
    await request(server).post('/b').expect(404);
    await request(server).post('/a').expect(200);
    gateway.update({ path: '/b', target });
    await request(server).post('/a').expect(404);
    await request(server).post('/b').expect(200);
  });

  test('one that is mounted at a path as well serves both places', async () => {
    const upstream = await recordingUpstream();
    const gateway = createMcpGateway({ target: upstream.target });
    const within = make().use(gateway);
    const beside = Router().use(gateway);
    const app = make().use(gateway).use('/x', gateway).use('/y', within).use('/z', beside);
    const { server } = await serve(app);
    for (const _round of [1, 2]) {
      for (const place of ['', '/x', '/y', '/z']) {
        await request(server).post(`${place}/none`).expect(404);
        await request(server).post(`${place}/mcp`).expect(200);
      }
    }
    expect(upstream.seen).toHaveLength(8);
  });

  test('who wraps one, or adds to it, while the app runs, sees all requests', async () => {
    const app = many(make(), 'http://127.0.0.1:1', 2);
    const { server } = await serve(app);
    await request(server).get('/none').expect(404);
    const seen: string[] = [];
    const [wrapped, { handle: other }] = layersOf(app) as [Layer, { handle: Router }];
    const { handle } = wrapped;
    wrapped.handle = (req, res, next) => {
      seen.push(req.url);
      handle(req, res, next);
    };
    await request(server).get('/wrapped').expect(404);
    other.use((req, _res, next) => {
      seen.push(req.url);
      next();
    });
    await request(server).get('/added').expect(404);
    expect(seen).toEqual(['/wrapped', '/added', '/added']);
  });

  test('an app that is built on another is passed through as before', async () => {
    const upstream = await recordingUpstream();
    const { target } = upstream;
    const inner = make().use(createMcpGateway({ path: '/a', target }));
    const own = Router().use(createMcpGateway({ path: '/b', target }));
    own.get('/own', (_req, res) => void res.send('own'));
    const app = make()
      .use(inner, own)
      .use(createMcpGateway({ path: '/c', target }));
    const { server } = await serve(app);
    for (const _round of [1, 2]) {
      for (const name of ['c', 'b', 'a']) await request(server).post(`/${name}`).expect(200);
      expect((await request(server).get('/own').expect(200)).text).toBe('own');
    }
  });

  test('what a gateway serves beside its path is found as well', async () => {
    const upstream = await recordingUpstream();
    const { target } = upstream;
    const { auth } = await startIssuer();
    const metadata = '/.well-known/oauth-protected-resource/two';
    const app = make()
      .use(createMcpGateway({ path: '/one', target }))
      .use(
        createMcpGateway({
          path: '/two',
          target,
          legacySse: { path: '/sse', messagePath: '/messages' },
          publicUrl: 'https://tools.example/two',
          auth,
        }),
      );
    const { server } = await serve(app);
    for (const _round of [1, 2]) {
      await request(server).get('/none').expect(404);
      await request(server).put('/sse').expect(405);
      await request(server).put('/messages').expect(405);
      await request(server).get(metadata).expect(200);
    }
  });

  test('what an app adds to the router of a gateway runs there for all paths', async () => {
    const upstream = await recordingUpstream();
    const gateway = createMcpGateway({ target: upstream.target });
    gateway.get('/own', (_req, res) => void res.send('own'));
    gateway.use((_req, res, next) => {
      res.set('X-Passed', 'yes');
      next();
    });
    const { server } = await serve(make().use(gateway));
    const own = await request(server).get('/own').expect(200);
    expect(own.text).toBe('own');
    const other = await request(server).get('/other').expect(404);
    expect(other.headers['x-passed']).toBe('yes');
    await request(server).post('/mcp').expect(200);
  });

  test('an error from the front passes them', async () => {
    const app = make();
    app.use((_req, _res, next) => next(new Error('from the front')));
    many(app, 'http://127.0.0.1:1', 3);
    app.use(((error, _req, res, _next) => {
      res.status(418).send(error.message);
    }) satisfies ErrorRequestHandler);
    const { server } = await serve(app);
    const { text } = await request(server).post('/mcp/1').expect(418);
    expect(text).toBe('from the front');
  });
});

describe('methods', () => {
  test.each(['HEAD', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'])(
    '%s: 405 with Allow',
    async (method) => {
      const upstream = await recordingUpstream();
      const { port, errors } = await startGateway({ target: upstream.target });
      const client = await exchange(
        port,
        `${method} /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(client.statuses).toEqual([405]);
      expect(client.text).toMatch(/^allow: POST, GET, DELETE\r$/im);
      expect(errors.map((error) => error.reason)).toEqual(['method_not_allowed']);
      expect(upstream.seen).toEqual([]);
    },
  );

  test('those configured are the only ones', async () => {
    const upstream = await recordingUpstream();
    const { server } = await startGateway({ target: upstream.target, methods: ['POST'] });
    await request(server).post('/mcp').expect(200);
    for (const method of ['get', 'delete'] as const) {
      const response = await request(server)[method]('/mcp');
      expect([response.status, response.headers.allow]).toEqual([405, 'POST']);
    }
  });
});
