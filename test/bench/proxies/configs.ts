import type { GatewayConfig, Limit, PolicyRule } from '../../../src/index.ts';
import type { Issuer } from '../machine/issuer.ts';
import { library, loadPrometheus } from './library.ts';

export interface ConfigSettings {
  readonly upstream: string;
  readonly issuer: Issuer;
  readonly count?: number;
}

/** What is switched on. */
export type ConfigName =
  | 'nothing'
  | 'cors'
  | 'ipFilter'
  | 'auth by a function'
  | 'jwt, without sessions'
  | 'jwt and sessions'
  | 'limits by address'
  | 'limits by address and tool'
  | 'two limits, one by tool'
  | 'denyTools'
  | 'policies of your own'
  | 'a policy that sees arguments'
  | 'denyTools, large bodies'
  | 'large bodies'
  | 'headers'
  | 'an observer'
  | 'accessLog'
  | 'prometheus'
  | 'otel'
  | 'otel, not sampled'
  | 'two targets'
  | 'all';

/** Nothing of the bench is over a limit. */
const FAR_AWAY = 1_000_000_000;
const byAddress: Limit = { limit: FAR_AWAY, window: '1h' };
const byTool: Limit = { limit: FAR_AWAY, window: '1h', by: ['ip', 'tool'] };
const byUserAndTool: Limit = { limit: FAR_AWAY, window: '1h', by: ['user', 'tool'] };

const onlySmall: PolicyRule = {
  name: 'only small numbers',
  check: ({ mcp }) => mcp.method !== 'tools/call' || Number(mcp.arguments?.limit) < 100,
};
/** Where a token comes from, and for whom it is. */
const tokens = (settings: ConfigSettings) => ({
  publicUrl: settings.issuer.audience,
  auth: jwt(settings),
});
const cors = ({ issuer }: ConfigSettings) => ({ origin: issuer.origin });
const jwt = ({ issuer }: ConfigSettings) =>
  library.jwt({ issuer: issuer.url, audience: issuer.audience, jwksUri: issuer.jwksUri });
const ipFilter = { allow: ['127.0.0.0/8', '::1'], deny: ['203.0.113.0/24'] };
const headers: NonNullable<GatewayConfig['headers']> = {
  set: {
    'X-Api-Key': 'of-the-upstream',
    'X-Tenant': 'bench',
    'X-User': ({ principal }) => principal?.subject ?? 'nobody',
  },
};
const observe = { onClose() {} };
const named = (i: number): string => `delete_${i}_*`;
const times = <T>(count: number, one: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => one(i));

type Config = (settings: Required<ConfigSettings>) => Options | Promise<Options>;
type Options = Omit<GatewayConfig, 'target'>;

/** By the names that rows of the bench have them by. */
const CONFIGS: Readonly<Record<ConfigName, Config>> = {
  nothing: () => ({}),
  cors: (settings) => ({ cors: cors(settings) }),
  ipFilter: () => ({ ipFilter }),
  'auth by a function': () => ({ auth: () => ({ subject: 'ada' }), sessions: false }),
  'jwt, without sessions': (settings) => ({ ...tokens(settings), sessions: false }),
  'jwt and sessions': tokens,
  'limits by address': ({ count }) => ({ rateLimit: times(count, () => byAddress) }),
  'limits by address and tool': ({ count }) => ({ rateLimit: times(count, () => byTool) }),
  'two limits, one by tool': () => ({ rateLimit: [byAddress, byTool] }),
  denyTools: ({ count }) => ({
    policies: times(count, (i) => library.denyTools(named(i))),
  }),
  'policies of your own': ({ count }) => ({
    policies: times(count, (i) => ({ name: `own ${i}`, check: ({ mcp }) => mcp.name !== 'x' })),
  }),
  'a policy that sees arguments': () => ({ policies: onlySmall, bodyLimit: '8mb' }),
  'denyTools, large bodies': () => ({ policies: library.denyTools('delete_*'), bodyLimit: '8mb' }),
  'large bodies': () => ({ bodyLimit: '100mb' }),
  headers: () => ({ headers }),
  'an observer': () => ({ observe }),
  accessLog: async () => {
    // As an app has it: pino reads the whole record. Into nothing, as where lines go is no matter of the gateway.
    const { pino } = await import('pino');
    return { observe: library.accessLog(pino({}, { write() {} })) };
  },
  prometheus: async () => ({ observe: (await loadPrometheus()).prometheus() }),
  otel: async () => ({ observe: await (await import('./otel.ts')).tracing('sampled') }),
  'otel, not sampled': async () => ({
    observe: await (await import('./otel.ts')).tracing('unsampled'),
  }),
  'two targets': () => ({}),
  all: (settings) => ({
    cors: cors(settings),
    ipFilter,
    ...tokens(settings),
    rateLimit: [byAddress, byUserAndTool],
    policies: library.denyTools('delete_*'),
    headers,
    observe,
  }),
};

/** The options of a gateway. */
export async function configOf(name: ConfigName, settings: ConfigSettings): Promise<GatewayConfig> {
  const { upstream, count = 1 } = settings;
  const config: Config = CONFIGS[name];
  const target = name === 'two targets' ? [upstream, `${upstream}?2`] : upstream;
  return { target, ...(await config({ ...settings, count })) };
}
