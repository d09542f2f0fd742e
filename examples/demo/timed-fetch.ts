/** One HTTP call: what it was, what came back, and when. */
export interface Call {
  /** `POST tools/call add`, `GET event stream`, `DELETE session`. */
  readonly name: string;
  readonly status: number;
  /** `JSON`, `SSE, 3 events`, `–` where there is no body. */
  readonly answer: string;
  /** Milliseconds to the head of the answer. */
  readonly firstByte: number;
  /** Milliseconds to the end of the answer. */
  readonly total: number;
}

export interface TimedFetch {
  readonly fetch: typeof globalThis.fetch;
  /** The calls so far; each is settled when its answer ends. */
  readonly calls: readonly Promise<Call>[];
}

/** A `fetch` that times its calls. `onAnswer` is told as soon as an answer begins. */
export function timedFetch(onAnswer: (name: string) => void = () => {}): TimedFetch {
  const calls: Promise<Call>[] = [];
  return {
    calls,
    async fetch(url, init) {
      const start = performance.now();
      const response = await fetch(url, init);
      const name = nameOf(init);
      calls.push(follow(name, response.clone(), start));
      onAnswer(name);
      return response;
    },
  };
}

async function follow(name: string, response: Response, start: number): Promise<Call> {
  const firstByte = performance.now() - start;
  const body = await read(response);
  const total = performance.now() - start;
  return { name, status: response.status, answer: describe(response, body), firstByte, total };
}

/** The body, as far as it came before either side closed it. */
async function read(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch {
    // The client closed a stream that it no longer needs.
  }
  return text;
}

function describe({ headers }: Response, body: string): string {
  const type = headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    const events = body.match(/^data:/gm)?.length ?? 0;
    return `SSE, ${events} ${events === 1 ? 'event' : 'events'}`;
  }
  if (type.startsWith('application/json')) return 'JSON';
  return body === '' ? '–' : type;
}

function nameOf({ method = 'GET', body }: RequestInit = {}): string {
  if (method === 'GET') return 'GET event stream';
  if (method === 'DELETE') return 'DELETE session';
  const message = JSON.parse(String(body));
  return ['POST', message.method, message.params?.name].filter(Boolean).join(' ');
}
