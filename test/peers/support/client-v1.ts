import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ResourceListChangedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { atTestEnd } from '../../support/servers.ts';
import { MODEL_ANSWER, userAnswer } from './answers.ts';
import type { OnChange, PeerCalls, PeerClient } from './clients.ts';
import { handshakeOf, readsOf } from './sdk-client.ts';
import { Wire } from './wire.ts';

/** A client on the SDK v1, connected until the test is over. */
export async function connectV1(url: string, onChange?: OnChange): Promise<PeerClient> {
  const wire = new Wire();
  const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: wire.fetch });
  const client = createClientV1();
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => onChange?.('tools'));
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () =>
    onChange?.('resources'),
  );
  await client.connect(transport);
  return {
    handshake: {
      era: 'legacy',
      version: transport.protocolVersion,
      ...handshakeOf(client),
    },
    get sessionId() {
      return transport.sessionId;
    },
    wire,
    listens: () => wire.has('GET'),
    ...callsV1(client),
    terminateSession: () => transport.terminateSession(),
  };
}

/** A client that answers, closed when the test is over. */
export function createClientV1(): Client {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { sampling: {}, elicitation: {} } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => MODEL_ANSWER);
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => userAnswer(params));
  atTestEnd(() => client.close());
  return client;
}

export function callsV1(client: Client): PeerCalls {
  return {
    ...readsOf(client),
    callTool: (call, options) => client.callTool(call, undefined, options),
  };
}
