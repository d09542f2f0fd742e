import { setTimeout } from 'node:timers/promises';
import {
  Client,
  type ProgressCallback,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

/** Soon, and again and again. */
const RECONNECTION = {
  initialReconnectionDelay: 50,
  reconnectionDelayGrowFactor: 1,
  maxReconnectionDelay: 50,
  maxRetries: 1000,
};

/** An official client in a session of its own. */
export class Agent {
  /** What went wrong behind the scenes, such as a stream that was cut. */
  readonly errors: string[] = [];
  /** How often it heard over its event stream that the tools have changed. */
  events = 0;
  /** How many streams it has opened with GET: its event stream, and what it resumed. */
  opened = 0;
  /** The port of the gateway that gave the last answer to each method; nginx names it. */
  readonly through: Map<string, number> = new Map();
  readonly #client: Client = new Client(
    { name: 'agent', version: '1.0.0' },
    { versionNegotiation: { mode: 'legacy' } },
  );

  /** Gives when its event stream is open. */
  async connect(url: string): Promise<this> {
    const listening = Promise.withResolvers<number>();
    this.#client.onerror = (error) => void this.errors.push(String(error));
    this.#client.setNotificationHandler('notifications/tools/list_changed', () => {
      this.events += 1;
    });
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      reconnectionOptions: RECONNECTION,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        const { method = 'GET' } = init ?? {};
        const port = /\d+$/.exec(answer.headers.get('x-gateway') ?? '');
        this.through.set(method, Number(port));
        if (method === 'GET') {
          if (answer.ok) this.opened += 1;
          listening.resolve(answer.status);
        }
        return answer;
      },
    });
    await this.#client.connect(transport);
    const status = await listening.promise;
    if (status !== 200) throw Object.assign(new Error('It has no event stream'), { status });
    return this;
  }

  async call(name: string, args = {}, onprogress?: ProgressCallback): Promise<string> {
    const options = onprogress === undefined ? {} : { onprogress };
    const { content } = await this.#client.callTool({ name, arguments: args }, options);
    const [first] = content;
    return first?.type === 'text' ? first.text : '';
  }

  /** Which upstream its session lives at. */
  where(): Promise<string> {
    return this.call('where');
  }

  async hears(events: number): Promise<void> {
    while (this.events < events) await setTimeout(10);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
