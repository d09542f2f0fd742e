import { connectV1 } from './client-v1.ts';
import { connectV2 } from './client-v2.ts';
import type { Call, ServerKind } from './servers.ts';
import type { Wire } from './wire.ts';

export interface CallOptions {
  readonly onprogress?: (step: { readonly progress: number }) => void;
  readonly signal?: AbortSignal;
}

/** What both SDKs can do, in the words of both, over any transport. */
export interface PeerCalls {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>;
  listPrompts(): Promise<{ readonly prompts: readonly { readonly name: string }[] }>;
  listResources(): Promise<{ readonly resources: readonly { readonly uri: string }[] }>;
  readResource(params: { readonly uri: string }): Promise<object>;
  getPrompt(params: { readonly name: string }): Promise<object>;
  callTool(call: Call, options?: CallOptions): Promise<object>;
}

/** What they can do over Streamable HTTP. */
export interface PeerClient extends PeerCalls {
  /** What the handshake said. */
  readonly handshake: object;
  readonly sessionId: string | undefined;
  readonly wire: Wire;
  /** Waits until it hears of changes: by GET in a session, else by `subscriptions/listen`. */
  listens(): Promise<void>;
  terminateSession(): Promise<void>;
}

export type Changeable = 'tools' | 'resources';

/** Told when the server says that a list has changed. */
export type OnChange = (list: Changeable) => void;

/** How a client of others is made. It answers every question of the server. */
export interface ClientKind {
  readonly name: string;
  /** The era it speaks with a server that speaks both, and with one that knows sessions only. */
  readonly era: { readonly both: Era; readonly sessions?: Era };
  connect(url: string, onChange?: OnChange): Promise<PeerClient>;
}

export type Era = 'legacy' | 'modern';

const PIN = '2026-07-28';

export const CLIENTS: readonly ClientKind[] = [
  {
    name: 'SDK v1',
    era: { both: 'legacy', sessions: 'legacy' },
    connect: connectV1,
  },
  {
    name: 'SDK v2, legacy',
    era: { both: 'legacy', sessions: 'legacy' },
    connect: (url, onChange) => connectV2('legacy', url, onChange),
  },
  {
    name: 'SDK v2, auto',
    era: { both: 'modern', sessions: 'legacy' },
    connect: (url, onChange) => connectV2('auto', url, onChange),
  },
  {
    name: `SDK v2, pinned to ${PIN}`,
    // There is nothing that it could say to a server that knows sessions only.
    era: { both: 'modern' },
    connect: (url, onChange) => connectV2({ pin: PIN }, url, onChange),
  },
];

/** A client, and the era in which it speaks with a server. */
export interface Pairing {
  readonly name: string;
  readonly era: Era;
  connect: ClientKind['connect'];
}

/** The clients that can speak with the server. */
export function clientsOf({ isModern }: ServerKind): Pairing[] {
  return CLIENTS.flatMap(({ name, era, connect }) => {
    const spoken = isModern ? era.both : era.sessions;
    return spoken === undefined ? [] : [{ name, era: spoken, connect }];
  });
}
