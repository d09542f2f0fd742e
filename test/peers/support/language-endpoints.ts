import type { GatewayConfig } from '../../../src/index.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import type { Transport } from './language-client.ts';

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

/** What a client of both eras gets of the first is JSON, what one of sessions gets are events. */
export const ENDPOINTS: readonly LanguageEndpoint[] = [
  { name: 'Streamable HTTP, both eras', transport: 'streamable-http', path: '/both-eras' },
  { name: 'Streamable HTTP, all in events', transport: 'streamable-http', path: '/streamed' },
  SESSIONS,
  {
    name: 'Streamable HTTP, sessions, all in JSON',
    transport: 'streamable-http',
    path: '/sessions-json',
  },
  { name: 'HTTP with SSE', transport: 'sse', path: '/sse' },
];

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
