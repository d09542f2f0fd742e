/** A session by bare HTTP calls, for what a client does not let be seen. */
export class BareSession {
  readonly #url: string;
  readonly #id: string;

  private constructor(url: string, id: string) {
    this.#url = url;
    this.#id = id;
  }

  static async open(url: string): Promise<BareSession> {
    const answer = await post(url, {}, INITIALIZE);
    await answer.text();
    const session = new BareSession(url, answer.headers.get('mcp-session-id') ?? '');
    await (await session.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).text();
    return session;
  }

  /** A session that a client opened, by any address of the server. */
  static at(url: string, id: string): BareSession {
    return new BareSession(url, id);
  }

  post(message: object): Promise<Response> {
    return post(this.#url, this.#headers, message);
  }

  send(
    method: 'GET' | 'DELETE',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(this.#url, {
      method,
      headers: { accept: 'text/event-stream', ...this.#headers, ...headers },
    });
  }

  get #headers() {
    return { 'mcp-session-id': this.#id, 'mcp-protocol-version': VERSION };
  }
}

const VERSION = '2025-11-25';

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: VERSION,
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  },
};

function post(url: string, headers: Readonly<Record<string, string>>, message: object) {
  return fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(message),
  });
}

export interface StreamEvent {
  readonly id: string | undefined;
  readonly data: string | undefined;
}

/** The events of an answer, up to the one with a result; the stream is left then. */
export async function eventsUntilResult({ body }: Response): Promise<StreamEvent[]> {
  if (body === null) throw new Error('No stream');
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/"result":.*\r?\n\r?\n/.test(text)) break;
  }
  return text
    .split(/\r?\n\r?\n/)
    .filter((event) => event !== '')
    .map((event) => ({
      id: /^id: ?(.*)$/m.exec(event)?.[1],
      data: /^data: ?(.*)$/m.exec(event)?.[1],
    }));
}
