import type { KrakendReadOptions } from '../../krakend/options.ts';
import type { AnswerHeaders } from '../../krakend/parts/answer-headers.ts';
import type { KrakendPlan } from '../../krakend/read-document.ts';
import { RouteOrder } from '../../krakend/route-order.ts';
import { quoted } from '../../lib/quoted.ts';
import type { ServerPlan } from '../server/server-plan.ts';
import { gatewaySource } from './gateway-source.ts';
import { serverSource } from './server-source.ts';
import { Source } from './source.ts';

/** What a program is printed from. */
export interface Printed {
  /** The name of the file. */
  readonly file: string;
  readonly document: object;
  readonly options: KrakendReadOptions;
  readonly plan: KrakendPlan;
  readonly server: ServerPlan;
}

/** A program, and notes for the person who maintains it. */
export interface PrintedProgram {
  readonly text: string;
  readonly notes: readonly string[];
}

/** A KrakenD configuration as a program that does the same. */
export function programSource({ file, document, options, plan, server }: Printed): PrintedProgram {
  const source = new Source();
  source.import('default as express', 'express');
  source.import('createMcpGateway', 'express-mcp-gateway');
  const order = new RouteOrder(plan.gateways.map(({ path }) => path));
  const gateways = order.routes.flatMap((path, i) => {
    const own = plan.gateways.find((gateway) => gateway.path === path);
    if (own === undefined) return [];
    const name = order.routes.length === 1 ? 'gateway' : `gateway${i + 1}`;
    const knowsPath = own.config.path === path;
    return [{ ...own, name, knowsPath, ...gatewaySource(source, path, own.config) }];
  });
  const isMade = gateways.some(({ made }) => made.length > 0);
  const parts = [
    `// Made of ${quoted(file)}, a configuration of KrakenD. It holds the secrets that are in there.`,
    ...(isMade ? [madeSource(source, document, options)] : []),
    appSource(source, plan, server),
    ...gateways.filter(({ knowsPath }) => knowsPath).map((own) => mountSource(source, own)),
    ...(order.hasParameters ? [disguiseSource(order)] : []),
    ...gateways.filter(({ knowsPath }) => !knowsPath).map((own) => mountSource(source, own)),
    ...notFoundSource(source, server),
    serverSource(
      source,
      server,
      gateways.map(({ name }) => name),
    ),
  ];
  const notes = gateways.flatMap(({ path, made, answers: { added } }) => [
    ...made.map(
      (name) => `${name} of ${path} has no form of its own: the program makes it from the document`,
    ),
    ...(added.length === 0
      ? []
      : [`refusals of ${path} have none of the headers that modifier/response-headers adds`]),
  ]);
  return { text: source.around(parts.join('\n\n')), notes };
}

interface MountedSource {
  readonly name: string;
  readonly path: string;
  readonly knowsPath: boolean;
  /** Its options. */
  readonly text: string;
  readonly answers: AnswerHeaders;
}

function mountSource(
  source: Source,
  { name, text, path, knowsPath, answers }: MountedSource,
): string {
  return [
    `export const ${name} = createMcpGateway(${text});`,
    ...securitySource(source, path, knowsPath, answers),
    knowsPath ? `app.use(${name});` : `app.use(${quoted(path)}, ${name});`,
  ].join('\n');
}

/**
 * The code for options that have no form of their own: they come from the document, by the function of the
 * package.
 */
function madeSource(
  source: Source,
  document: object,
  { publicUrl, only, allow, env = {} }: KrakendReadOptions,
): string {
  source.import('toGatewayConfigs', 'express-mcp-gateway/krakend');
  source.import('type GatewayConfig', 'express-mcp-gateway');
  const variables = Object.entries(env).filter(([name]) => name.startsWith('KRAKEND_'));
  const options = {
    publicUrl,
    only,
    allow,
    env: variables.length === 0 ? undefined : Object.fromEntries(variables),
  };
  return `const configs = toGatewayConfigs(${source.write(document)}, ${source.write(options)});

/** An option that has no form of its own, as the import makes it. */
function made<K extends keyof GatewayConfig>(path: string, option: K): NonNullable<GatewayConfig[K]> {
  const value = configs.find((own) => own.path === path)?.config[option];
  if (value === undefined || value === null) throw new Error(\`There is no \${option} for \${path}\`);
  return value as NonNullable<GatewayConfig[K]>;
}`;
}

function appSource(source: Source, { trustedProxies }: KrakendPlan, server: ServerPlan): string {
  const networks = trustedProxies.map(({ address, prefix }) => `${address.text}/${prefix}`);
  const proxies = networks.length === 0 ? 'false' : source.write(networks);
  const health = server.healthPath;
  return [
    'const app = express();',
    "app.disable('x-powered-by');",
    "app.set('case sensitive routing', true);",
    `app.set('trust proxy', ${proxies});`,
    ...(health === undefined
      ? []
      : [
          'app.use((req, res, next) => {',
          `  if (req.path !== ${quoted(health)} || !/^(?:GET|HEAD)$/.test(req.method)) next();`,
          "  else res.json({ status: 'ok', agents: {}, now: new Date().toISOString() });",
          '});',
        ]),
  ].join('\n');
}

/** Headers for browsers on refusals as well. */
function securitySource(
  source: Source,
  path: string,
  knowsPath: boolean,
  { always, overTls }: AnswerHeaders,
): string[] {
  const set = (headers: object) =>
    Object.entries(headers).map(([name, value]) => `res.set(${quoted(name)}, ${quoted(value)});`);
  const lines = [
    ...set(always).map((line) => `  ${line}`),
    ...set(overTls).map((line) => `  if (req.secure) ${line}`),
  ];
  if (lines.length === 0) return [];
  const end = ['  next();', '});'];
  if (knowsPath) {
    // The path may have characters that mean something to Express, such as `(`.
    const paths = source.write(path === '/' ? [path] : [path, `${path}/`]);
    return [
      'app.use((req, res, next) => {',
      `  if (!${paths}.includes(req.path)) return next();`,
      ...lines,
      ...end,
    ];
  }
  const req = Object.keys(overTls).length > 0 ? 'req' : '_req';
  return [`app.use(${quoted(path)}, (${req}, res, next) => {`, ...lines, ...end];
}

/** As in the import: `/t/%61dmin` is `/t/admin`, and such a path must not get past what guards that route. */
function disguiseSource({ patterns }: RouteOrder): string {
  return `// KrakenD takes /t/%61dmin for /t/admin: it is not to pass as another route.
const routes = [${patterns.map(String).join(', ')}];
app.use(({ path }, _res, next) => {
  let meant = path;
  try {
    meant = decodeURIComponent(path);
  } catch {}
  const place = routes.findIndex((own) => own.test(meant));
  const isDisguised = place >= 0 && place !== routes.findIndex((own) => own.test(path));
  next(isDisguised ? 'router' : undefined);
});`;
}

function notFoundSource(source: Source, { errorBody }: ServerPlan): string[] {
  return [
    ...(errorBody[405] === undefined
      ? []
      : ['// error_body["405"] is not here: the gateways answer other methods by themselves.']),
    ...(errorBody[404] === undefined
      ? []
      : [
          `app.use((_req, res) => {\n  res.status(404).json(${source.write(errorBody[404], '  ')});\n});`,
        ]),
  ];
}
