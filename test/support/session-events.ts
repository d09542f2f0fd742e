import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

type Send = (id: string, message: JSONRPCMessage) => Promise<void>;

/** Keeps the events of one session, numbered from 1, so that its streams can be resumed. */
export class SessionEvents implements EventStore {
  readonly #events: { readonly stream: string; readonly message: JSONRPCMessage }[] = [];

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    return String(this.#events.push({ stream, message }));
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events[Number(id) - 1]?.stream;
  }

  async replayEventsAfter(lastId: string, { send }: { send: Send }): Promise<string> {
    const stream = this.#events[Number(lastId) - 1]?.stream ?? '';
    for (const [i, event] of this.#events.entries()) {
      // A priming event is stored as a message without content, and is not to be sent again.
      const isNews = i >= Number(lastId) && event.stream === stream && 'jsonrpc' in event.message;
      if (isNews) await send(String(i + 1), event.message);
    }
    return stream;
  }

  /** The id of the first message with this method. */
  idOf(method: string): string {
    const isIt = ({ message }: { message: object }) =>
      'method' in message && message.method === method;
    return String(this.#events.findIndex(isIt) + 1);
  }
}
