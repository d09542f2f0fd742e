import type { IncomingMessage } from 'node:http';
import type { Express } from 'express';
import type { GatewayConfig, Principal } from '../../../src/index.ts';
import type { Answer } from '../../support/client/answer.ts';
import { post } from '../../support/client/send.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { type RecordingUpstream, recordingUpstream } from '../../support/upstream.ts';

export interface Sender {
  /** Where the trusted proxy says that it comes from. */
  readonly ip?: string;
  readonly user?: string;
  readonly session?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Limited extends TestGateway {
  readonly upstream: RecordingUpstream;
  /** Posts a message. */
  send(body: string, from?: Sender): Promise<Answer>;
  /** The same, several times, one after the other; gives the statuses. */
  statuses(bodies: readonly string[], from?: Sender): Promise<number[]>;
  /** A request without a body. */
  bare(method: 'GET' | 'DELETE', from?: Sender): Promise<Response>;
}

/** Whom `X-User` names; nobody is let in as well. */
export const byHeader = ({ headers }: IncomingMessage): Principal => ({
  subject: headers['x-user']?.toString() ?? 'nobody',
  ...(headers['x-issuer'] !== undefined && { issuer: headers['x-issuer'].toString() }),
});

/**
 * A gateway with limits, behind a proxy that is trusted, before an upstream that keeps what it gets. Its
 * refusals are statuses.
 */
export async function limited(
  rateLimit: NonNullable<GatewayConfig['rateLimit']>,
  config: Partial<GatewayConfig> = {},
  prepare: (app: Express) => void = () => {},
): Promise<Limited> {
  const upstream = await recordingUpstream();
  const gateway = await startGateway(
    { target: upstream.target, rateLimit, denyAs: 'http', ...config },
    (app) => {
      app.set('trust proxy', 1);
      prepare(app);
    },
  );
  const send = (body: string, from: Sender = {}) =>
    post(gateway.port, body, { headers: headersOf(from) });
  return {
    ...gateway,
    upstream,
    send,
    async statuses(bodies, from) {
      const statuses: number[] = [];
      for (const body of bodies) statuses.push((await send(body, from)).status);
      return statuses;
    },
    bare: (method, from = {}) => fetch(gateway.url, { method, headers: headersOf(from) }),
  };
}

function headersOf({ ip, user, session, headers }: Sender): Record<string, string> {
  return {
    ...(ip !== undefined && { 'X-Forwarded-For': ip }),
    ...(user !== undefined && { 'X-User': user }),
    ...(session !== undefined && { 'Mcp-Session-Id': session }),
    ...headers,
  };
}
