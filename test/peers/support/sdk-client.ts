import type { PeerCalls } from './clients.ts';

type Reads = Omit<PeerCalls, 'callTool'>;

/** What the clients of both SDKs say of their server in the same words. */
interface Introduced {
  getServerVersion(): object | undefined;
  getServerCapabilities(): object | undefined;
  getInstructions(): string | undefined;
}

/** What the handshake said. */
export function handshakeOf(client: Introduced): object {
  return {
    server: client.getServerVersion(),
    capabilities: client.getServerCapabilities(),
    instructions: client.getInstructions(),
  };
}

/** What both are asked in the same words. */
export function readsOf(client: Reads): Reads {
  return {
    listTools: () => client.listTools(),
    listPrompts: () => client.listPrompts(),
    listResources: () => client.listResources(),
    readResource: (params) => client.readResource(params),
    getPrompt: (params) => client.getPrompt(params),
  };
}
