import {
  StreamableHTTPClientTransport as TransportV2,
  UnauthorizedError as UnauthorizedV2,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthUser } from '../../support/oauth-user.ts';
import { callsV1, createClientV1 } from './client-v1.ts';
import { callsV2, createClientV2 } from './client-v2.ts';
import type { Era, PeerCalls } from './clients.ts';
import { Wire } from './wire.ts';

/** A client whose user logs in where it is told to. */
export interface OAuthClient extends Pick<PeerCalls, 'listTools' | 'callTool'> {
  readonly sessionId: string | undefined;
  readonly wire: Wire;
}

export interface OAuthClientKind {
  readonly name: string;
  readonly era: Era;
  /** Whether it asks for more scopes while it has a refresh token. */
  readonly stepsUpWithRefreshToken: boolean;
  connect(url: string, user: OAuthUser): Promise<OAuthClient>;
}

const PIN = '2026-07-28';

export const OAUTH_CLIENTS: readonly OAuthClientKind[] = [
  { name: 'SDK v1', era: 'legacy', stepsUpWithRefreshToken: false, connect: connectV1 },
  {
    name: 'SDK v2, legacy',
    era: 'legacy',
    stepsUpWithRefreshToken: true,
    connect: connectV2With('legacy'),
  },
  {
    name: 'SDK v2, auto',
    era: 'modern',
    stepsUpWithRefreshToken: true,
    connect: connectV2With('auto'),
  },
  {
    name: `SDK v2, pinned to ${PIN}`,
    era: 'modern',
    stepsUpWithRefreshToken: true,
    connect: connectV2With({ pin: PIN }),
  },
];

async function connectV1(url: string, user: OAuthUser): Promise<OAuthClient> {
  const wire = new Wire();
  const open = () => new TransportV1(new URL(url), { authProvider: user, fetch: wire.fetch });
  let transport = open();
  const loggedIn = loggedInBy(() => transport.finishAuth(user.takeCallback().get('code') ?? ''));
  const client = await loggedIn(async () => {
    const client = createClientV1();
    transport = open();
    await client.connect(transport);
    return client;
  });
  return clientOf(transport, wire, callsV1(client), loggedIn);
}

function connectV2With(mode: VersionNegotiationMode): OAuthClientKind['connect'] {
  return async (url, user) => {
    const wire = new Wire();
    const open = () => new TransportV2(new URL(url), { authProvider: user, fetch: wire.fetch });
    let transport = open();
    const loggedIn = loggedInBy(() => transport.finishAuth(user.takeCallback()));
    const client = await loggedIn(async () => {
      const client = createClientV2({ versionNegotiation: { mode } });
      transport = open();
      await client.connect(transport);
      return client;
    });
    return clientOf(transport, wire, callsV2(client), loggedIn);
  };
}

type LoggedIn = <T>(act: () => Promise<T>) => Promise<T>;

/** Does something, and once more where the client has sent its user to log in, as both SDKs ask for. */
function loggedInBy(finish: () => Promise<void>): LoggedIn {
  return async (act) => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof UnauthorizedV1 || error instanceof UnauthorizedV2)) throw error;
      await finish();
      return act();
    }
  };
}

function clientOf(
  transport: TransportV1 | TransportV2,
  wire: Wire,
  { listTools, callTool }: PeerCalls,
  loggedIn: LoggedIn,
): OAuthClient {
  return {
    get sessionId() {
      return transport.sessionId;
    },
    wire,
    listTools: () => loggedIn(listTools),
    callTool: (call, options) => loggedIn(() => callTool(call, options)),
  };
}
