import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

type Send = (id: string, message: JSONRPCMessage) => Promise<void>;

/**
 * Keeps the events of one session, so that its streams can be resumed. Each stream is numbered from 1
 * without gaps, so a reader knows which events are missing.
 */
export class StreamEvents implements EventStore {
  readonly #streams = new Map<string, JSONRPCMessage[]>();

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const events = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, events);
    return `${stream}/${events.push(message)}`;
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    const [stream = ''] = id.split('/');
    return this.#streams.has(stream) ? stream : undefined;
  }

  async replayEventsAfter(lastId: string, { send }: { send: Send }): Promise<string> {
    const [stream = '', last] = lastId.split('/');
    for (const [i, event] of (this.#streams.get(stream) ?? []).entries()) {
      // The priming event of a stream is stored as a message without content. It must not be sent again.
      if (i >= Number(last) && 'jsonrpc' in event) await send(`${stream}/${i + 1}`, event);
    }
    return stream;
  }

  /** The number of the last event of a stream; 0 where there was none. */
  lastOf(stream: string): number {
    return this.#streams.get(stream)?.length ?? 0;
  }
}
