import {
  Client,
  type ClientOptions,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { atTestEnd } from '../../support/servers.ts';
import { MODEL_ANSWER, userAnswer } from './answers.ts';
import type { Changeable, OnChange, PeerCalls, PeerClient } from './clients.ts';
import { handshakeOf, readsOf } from './sdk-client.ts';
import { Wire } from './wire.ts';

/** A client on the SDK v2, connected until the test is over. */
export async function connectV2(
  mode: VersionNegotiationMode,
  url: string,
  onChange?: OnChange,
): Promise<PeerClient> {
  const wire = new Wire();
  const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: wire.fetch });
  const told = (list: Changeable) => ({
    autoRefresh: false,
    debounceMs: 0,
    onChanged: () => onChange?.(list),
  });
  const client = createClientV2({
    versionNegotiation: { mode },
    ...(onChange && { listChanged: { tools: told('tools'), resources: told('resources') } }),
  });
  await client.connect(transport);
  return {
    handshake: {
      era: client.getProtocolEra(),
      version: client.getNegotiatedProtocolVersion(),
      ...handshakeOf(client),
    },
    get sessionId() {
      return transport.sessionId;
    },
    wire,
    async listens() {
      // In the modern era it does when it is connected.
      if (client.getProtocolEra() === 'legacy') await wire.has('GET');
    },
    ...callsV2(client),
    terminateSession: () => transport.terminateSession(),
  };
}

/** A client that answers, closed when the test is over. */
export function createClientV2(options: ClientOptions): Client {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { sampling: {}, elicitation: {} }, ...options },
  );
  client.setRequestHandler('sampling/createMessage', () => MODEL_ANSWER);
  client.setRequestHandler('elicitation/create', ({ params }) => userAnswer(params));
  atTestEnd(() => client.close());
  return client;
}

export function callsV2(client: Client): PeerCalls {
  return {
    ...readsOf(client),
    callTool: (call, options) => client.callTool(call, options),
  };
}
