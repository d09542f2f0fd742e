import type { AuthenticateFunction, GatewayConfig } from '../../../src/index.ts';
import type { Answer } from '../../support/client/answer.ts';
import type { Outgoing } from '../../support/client/request.ts';
import { send } from '../../support/client/send.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';

/** Takes `X-User: subject` or `X-User: subject@issuer` at its word. */
export const byHeader: AuthenticateFunction = ({ headers }) => {
  const [subject = '', issuer] = String(headers['x-user'] ?? '').split('@');
  return subject === '' ? null : { subject, ...(issuer !== undefined && { issuer }) };
};

export interface SessionGateway extends TestGateway {
  /** Sends a request of a user, in a session. */
  as(user: string, session?: string, outgoing?: Outgoing): Promise<Answer>;
}

/** A gateway that knows its users by a header. */
export async function sessionGateway(
  target: GatewayConfig['target'],
  config: Partial<GatewayConfig> = {},
): Promise<SessionGateway> {
  const gateway = await startGateway({ target, auth: byHeader, ...config });
  return {
    ...gateway,
    as(user, session, { headers, ...outgoing } = {}) {
      const own = { 'X-User': user, ...(session !== undefined && { 'Mcp-Session-Id': session }) };
      return send(gateway.port, { ...outgoing, headers: { ...own, ...headers } });
    },
  };
}
