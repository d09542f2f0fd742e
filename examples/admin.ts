import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import {
  createMcpGateway,
  denyTools,
  type GatewayConfig,
  GatewayConfigError,
} from 'express-mcp-gateway';

const {
  MCP_TARGETS = 'https://a.example/mcp https://b.example/mcp',
  ADMIN_PASSWORD = '',
  PORT = 3000,
} = process.env;
if (ADMIN_PASSWORD.length < 16) throw new Error('ADMIN_PASSWORD needs at least 16 characters');

/** The settings that an operator may change. `configFrom` has all others. */
interface Settings {
  readonly paused: readonly string[];
  readonly limit: number;
}

let settings: Settings = { paused: [], limit: 100 };

function configFrom({ paused, limit }: Settings): GatewayConfig {
  return {
    target: MCP_TARGETS.split(' '),
    rateLimit: { name: 'calls', limit, window: '1m' },
    policies: paused.length > 0 && denyTools(...paused),
  };
}

const gateway = createMcpGateway(configFrom(settings));

/** If the gateway refuses the new configuration, the settings stay as they were. */
function change(changed: Partial<Settings>): Settings {
  const next = { ...settings, ...changed };
  gateway.update(configFrom(next));
  settings = next;
  return settings;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
const expected = sha256(`Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}`);

const login: RequestHandler = ({ headers: { authorization = '' } }, res, next) => {
  if (timingSafeEqual(sha256(authorization), expected)) next();
  else res.status(401).set('WWW-Authenticate', 'Basic realm="admin"').end();
};

/** A page of another site can make the browser send a remembered password, but not JSON. */
const onlyJson: RequestHandler = (req, res, next) => {
  if (['GET', 'HEAD'].includes(req.method) || req.is('application/json')) next();
  else res.status(415).json({ error: 'Send application/json' });
};

/** A mistake of the operator. The answer is 400 with its message. */
class Mistake extends Error {}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new Mistake(`${name}: expected a text`);
  return value;
}

/** The name of one tool; a pattern is refused. */
function toolName(name: string): string {
  if (name.includes('*')) throw new Mistake('Name one tool, without *');
  return name;
}

/** The gateway throws a TypeError or RangeError for an unknown target or an invalid request. */
async function asked<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isMistake = error instanceof TypeError || error instanceof RangeError;
    throw isMistake ? new Mistake(error.message) : error;
  }
}

const admin = express.Router();
admin.use(login, onlyJson, express.json(), (req, _res, next) => {
  req.body ??= {};
  next();
});

admin.get('/stats', (_req, res) => void res.json(gateway.stats()));

admin.put('/tools/:name/pause', ({ params: { name } }, res) => {
  res.json(change({ paused: [...new Set([...settings.paused, toolName(name)])] }));
});

admin.put('/tools/:name/resume', ({ params: { name } }, res) => {
  res.json(change({ paused: settings.paused.filter((paused) => paused !== name) }));
});

admin.put('/limit', ({ body: { limit } }, res) => void res.json(change({ limit })));

// Answers when the target has no request under way any more. Then the upstream can be stopped.
admin.put('/drain', async ({ body: { target, graceMs } }, res) => {
  await asked(() => gateway.drain(text('target', target), { graceMs }));
  res.json(gateway.targets());
});

admin.put('/restore', async ({ body: { target } }, res) => {
  await asked(() => gateway.restore(text('target', target)));
  res.json(gateway.targets());
});

admin.post('/explain', async ({ body }, res) => {
  res.json(await asked(() => gateway.explain(body)));
});

const tellMistake: ErrorRequestHandler = (error, _req, res, next) => {
  const isMistake = error instanceof Mistake || error instanceof GatewayConfigError;
  // If Express cannot read a request, its error has a status.
  const status = isMistake ? 400 : error?.status;
  if (status < 500) res.status(status).json({ error: error.message });
  else next(error);
};
admin.use(tellMistake);

express().use('/admin', admin).use(gateway).listen(PORT);
