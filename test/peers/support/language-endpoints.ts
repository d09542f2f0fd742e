import { denyTools, type GatewayConfig } from '../../../src/index.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import type { Transport } from './language-client.ts';
import { TOOLS } from './language-tools.ts';

/** A form in which the server for clients in other languages answers. */
export interface LanguageEndpoint {
  readonly name: string;
  readonly transport: Transport;
  /** Its path at the server. */
  readonly path: string;
}

export const SESSIONS: LanguageEndpoint = {
  name: 'Streamable HTTP, sessions',
  transport: 'streamable-http',
  path: '/sessions',
};

export const SESSIONS_JSON: LanguageEndpoint = {
  name: 'Streamable HTTP, sessions, all in JSON',
  transport: 'streamable-http',
  path: '/sessions-json',
};

/** The transport of 2024-11-05. */
export const HTTP_WITH_SSE: LanguageEndpoint = {
  name: 'HTTP with SSE',
  transport: 'sse',
  path: '/sse',
};

/** What a client of both eras gets of the first is JSON, what one of sessions gets are events. */
export const ENDPOINTS: readonly LanguageEndpoint[] = [
  { name: 'Streamable HTTP, both eras', transport: 'streamable-http', path: '/both-eras' },
  { name: 'Streamable HTTP, all in events', transport: 'streamable-http', path: '/streamed' },
  SESSIONS,
  SESSIONS_JSON,
  HTTP_WITH_SSE,
];

export interface LanguageGateway {
  readonly name: string;
  readonly config: Partial<GatewayConfig>;
  /** Tools that it takes out of lists. */
  readonly hides: readonly string[];
}

export const PLAIN: LanguageGateway = { name: 'a plain gateway', config: {}, hides: [] };

/** Reads every message, and every list. */
export const GUARDED: LanguageGateway = {
  name: 'a gateway with policies, a limit by tool and filterLists',
  config: {
    policies: denyTools('delete_*'),
    rateLimit: { limit: 1, window: '1h', by: 'tool', match: { name: 'once' } },
    filterLists: true,
  },
  hides: ['delete_all'],
};

export const toolsThrough = ({ hides }: LanguageGateway): string[] =>
  Object.keys(TOOLS).filter((name) => !hides.includes(name));

export const GATEWAYS: readonly LanguageGateway[] = [PLAIN, GUARDED];

/** A gateway before the endpoint until the test is over; its `url` is the one to connect to. */
export async function gatewayBefore(
  { transport, path }: LanguageEndpoint,
  server: string,
  config: Partial<GatewayConfig> = {},
): Promise<TestGateway> {
  const target = server + path;
  if (transport === 'streamable-http') return startGateway({ target, ...config });
  const legacySse = { path: '/sse', messagePath: '/messages', target };
  const gateway = await startGateway({ target: `${server}/sessions`, legacySse, ...config });
  return { ...gateway, url: `http://127.0.0.1:${gateway.port}/sse` };
}
