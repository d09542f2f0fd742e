import type { PeerCalls } from './clients.ts';
import type { Call } from './servers.ts';

/** What a client finds of a server. */
export type Surface = Readonly<
  Record<
    'handshake' | 'tools' | 'prompts' | 'resources' | 'resource' | 'prompt' | 'called',
    unknown
  >
>;

/** Finds it by six requests. */
export async function surfaceOf(
  client: PeerCalls & { readonly handshake: object },
  { prompt, call }: { readonly prompt: string; readonly call: Call },
): Promise<Surface> {
  const { tools } = await client.listTools();
  const { prompts } = await client.listPrompts();
  const { resources } = await client.listResources();
  const uri = resources[0]?.uri ?? '';
  return {
    handshake: client.handshake,
    tools,
    prompts,
    resources,
    resource: await client.readResource({ uri }),
    prompt: await client.getPrompt({ name: prompt }),
    called: await client.callTool(call),
  };
}
