/**
 * Gateways that fail, each in another way, in a process of its own, for what it says on its own account.
 * Its argument says who else is told of failures. It tells its parent its port; when asked, what fails, and
 * the warnings so far.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import type { NodeConfig } from '../../../src/config.ts';
import {
  type AuthenticationScheme,
  createMcpGateway,
  fromMiddleware,
  type GatewayConfig,
  type Limit,
  mcpProxy,
  UpstreamUnavailableError,
} from '../../../src/index.ts';

const [, , told] = process.argv;

const warnings: object[] = [];
process.on('warning', ({ name, message, ...warning }) => {
  warnings.push({ name, message, code: (warning as { code?: string }).code });
});
process.on('disconnect', () => process.exit());

const TELLING: Readonly<Record<string, Partial<NodeConfig>>> = {
  nobody: {},
  nothing: { onError: false, observe: false },
  onError: { onError() {} },
  observe: { observe: { onRequest() {} } },
};

/** Every secret begins with it. */
const SECRET = 'SECRET-in-a-message';

function fail(): never {
  throw new RangeError(`No value for ${SECRET}\n    at (/SECRET-in-a-place:1:1)`);
}

function coded(code: string): Error {
  return Object.assign(new Error(SECRET), { code });
}

function reject(): Promise<never> {
  return Promise.reject(coded('EPIPE'));
}

const upstream = createServer((req, res) => {
  req.resume();
  const { pathname } = new URL(req.url ?? '', 'http://upstream');
  if (pathname === '/hangs') return;
  if (pathname === '/redirects') res.writeHead(302, { Location: '/other?token=SECRET' });
  if (pathname === '/unauthorized') res.writeHead(401);
  res.end('{}');
});

const at = (path: string) => `http://127.0.0.1:${portOf(upstream)}/${path}`;
const REFUSED = 'http://127.0.0.1:1/mcp';

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const unavailable: AuthenticationScheme = {
  header: undefined,
  issuers: [],
  scopes: [],
  identify: async () => ({ outcome: 'unavailable', cause: coded('ENOTFOUND') }),
};

const goodLimit: Limit = { limit: 100, window: '1m' };
const brokenStore = { increment: reject, decrement: reject, resetKey: reject };

/** What does not come about by the options of a gateway alone. */
interface Surroundings {
  readonly prepare?: (app: Express) => void;
  readonly before?: RequestHandler;
  readonly isClosed?: true;
}

type Failing = () => Partial<GatewayConfig> & { readonly around?: Surroundings };

const BY_REASON: Readonly<Record<string, Failing>> = {
  upstream_unreachable: () => ({ target: REFUSED }),
  upstream_invalid: () => ({ target: at('redirects') }),
  upstream_timeout: () => ({ target: at('hangs'), timeout: { response: 50 } }),
  upstream_unavailable: () => ({ target: REFUSED, breaker: { failures: 1, openFor: '1h' } }),
  upstream_unauthorized: () => ({
    target: at('unauthorized'),
    headers: { set: { Authorization: `Bearer ${SECRET}` } },
  }),
  store_unavailable: () => ({ rateLimit: { ...goodLimit, store: brokenStore } }),
  keys_unavailable: () => ({ auth: unavailable }),
  overloaded: () => ({
    policies: () => true,
    bodyLimit: { body: '1kb', total: '1kb', perCaller: '1kb' },
  }),
  draining: () => ({ around: { isClosed: true } }),
  internal_error: () => ({
    ipFilter: { allow: ['127.0.0.1'] },
    around: { prepare: (app) => void app.set('trust proxy', fail) },
  }),
  body_consumed: () => ({ around: { before: express.json() } }),
  loop_detected: () => ({ target: `http://127.0.0.1:${portOf(server)}/loop_detected` }),
};

const checks = [() => true, fail];

const BY_OPTION: Readonly<Record<string, Failing>> = {
  use: () => ({ use: fail }),
  'use[1]': () => ({
    use: [(_req, _res, next) => next(), (_req, _res, next) => next(coded('EIO'))],
  }),
  'use[0]': () => ({
    use: [
      async (_req, _res, next) => {
        next();
        await reject();
      },
    ],
  }),
  policies: () => ({ policies: { name: 'own', check: fail } }),
  'policies[1]': () => ({ policies: checks, denyAs: 'http' }),
  'policies[0]': () => ({ policies: [() => 'yes' as never] }),
  auth: () => ({ auth: fail }),
  'auth[0]': () => ({ auth: [() => ({}) as never] }),
  'auth[1]': () => ({ auth: [() => null, fromMiddleware((_req, _res, next) => next(), fail)] }),
  'headers.set.X-User': () => ({ headers: { set: { 'X-Good': () => 'yes', 'X-User': fail } } }),
  'headers.set.X-Text': () => ({ headers: { set: { 'X-Text': () => `${SECRET}\n` } } }),
  'headers.set.X-Away': () => ({
    headers: {
      set: {
        'X-Away': () => {
          throw new UpstreamUnavailableError(SECRET);
        },
      },
    },
  }),
  'headers.set.Authorization.onUpstreamUnauthorized': () => ({
    target: at('unauthorized'),
    headers: {
      forward: ['Authorization'],
      set: { Authorization: Object.assign(() => SECRET, { onUpstreamUnauthorized: fail }) },
    },
  }),
  'rateLimit.by': () => ({ rateLimit: { ...goodLimit, by: fail } }),
  'rateLimit[1].by[1]': () => ({
    rateLimit: [goodLimit, { ...goodLimit, by: ['ip', () => 7 as never] }],
  }),
  'rateLimit.limit': () => ({ rateLimit: { ...goodLimit, limit: fail } }),
  'rateLimit.weight': () => ({ rateLimit: { ...goodLimit, weight: fail } }),
  'ipFilter.clientIp': () => ({ ipFilter: { allow: ['127.0.0.1'], clientIp: fail } }),
  balance: () => ({ target: [at('a'), at('b')], balance: fail }),
  target: () => ({ target: (_req: unknown, _res: unknown) => fail() }),
};

const app = express();
const server = createServer(app);

function mount(name: string, failing: Failing): void {
  const { around = {}, ...config } = failing();
  const own = express();
  own.set('env', 'test');
  around.prepare?.(own);
  if (around.before !== undefined) own.use(around.before);
  const target = at('works');
  const gateway = createMcpGateway({ target, ...config, ...TELLING[told ?? ''], name, path: '/' });
  if (around.isClosed) void gateway.close();
  own.use(gateway);
  app.use(`/${name.replaceAll(/[^\w.]/g, '-')}`, own);
}

upstream.listen(0, '127.0.0.1', () => {
  server.listen(0, '127.0.0.1', () => {
    const all = { ...BY_REASON, ...BY_OPTION };
    for (const [name, failing] of Object.entries(all)) mount(name, failing);
    const { onError } = TELLING[told ?? ''] ?? {};
    app.use('/mcpProxy', mcpProxy({ target: REFUSED, ...(onError !== undefined && { onError }) }));
    app.get('/failing', (_req, res) => {
      res.json({ reasons: Object.keys(BY_REASON), options: Object.keys(BY_OPTION) });
    });
    app.get('/warnings', (_req, res) => void setImmediate(() => res.json(warnings)));
    process.send?.(portOf(server));
  });
});
