import { SSEClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { SSEClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/sse.js';
import { callsV1, createClientV1 } from './client-v1.ts';
import { callsV2, createClientV2 } from './client-v2.ts';
import type { PeerCalls } from './clients.ts';
import { handshakeOf } from './sdk-client.ts';
import { Wire } from './wire.ts';

/** What both SDKs can do over the transport of 2024-11-05. */
export interface SseClient extends PeerCalls {
  /** What the handshake said. */
  readonly handshake: object;
  readonly wire: Wire;
  close(): Promise<void>;
}

export interface SseClientKind {
  readonly name: string;
  /** `url` is that of the stream. */
  connect(url: string): Promise<SseClient>;
}

export const SSE_CLIENTS: readonly SseClientKind[] = [
  {
    name: 'SDK v1',
    async connect(url) {
      const wire = new Wire();
      const client = createClientV1();
      await client.connect(new TransportV1(new URL(url), { fetch: wire.fetch }));
      const close = () => client.close();
      return { handshake: handshakeOf(client), wire, close, ...callsV1(client) };
    },
  },
  {
    name: 'SDK v2',
    async connect(url) {
      const wire = new Wire();
      const client = createClientV2({ versionNegotiation: { mode: 'legacy' } });
      await client.connect(new TransportV2(new URL(url), { fetch: wire.fetch }));
      const close = () => client.close();
      return { handshake: handshakeOf(client), wire, close, ...callsV2(client) };
    },
  },
];
