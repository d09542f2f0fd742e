import { once } from 'node:events';
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Refusal } from './journal.ts';

/** Characters of an unknown answer that the journal keeps. */
const MOST_SHOWN = 200;

export interface Head {
  readonly status: number;
  /** The ports of the gateways that nginx passed the request to, in order. */
  readonly gateways: readonly number[];
  readonly incoming: IncomingMessage;
}

export interface Body {
  readonly text: string;
  /** Whether the body ended as HTTP defines it, and not because the connection was lost. */
  readonly isWhole: boolean;
}

/** A plain HTTP client: it repeats no request and hides no failure. */
export class HttpClient {
  readonly #url: string;
  readonly #apiKey: string;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 1000, timeout: 30_000 });

  constructor(url: string, apiKey: string) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  /** Rejects if there is no answer. */
  async send(method: string, headers: OutgoingHttpHeaders, body?: string): Promise<Head> {
    const outgoing = request(this.#url, {
      method,
      agent: this.#agent,
      headers: {
        Accept: 'application/json, text/event-stream',
        'X-Api-Key': this.#apiKey,
        ...(body !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        }),
        ...headers,
      },
    });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    return {
      status: incoming.statusCode as number,
      gateways: gatewaysIn(incoming.headers['x-gateway']),
      incoming: incoming.setEncoding('utf8'),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Reads nginx's list of addresses. */
export function gatewaysIn(field: string | string[] | null | undefined): number[] {
  return [...String(field).matchAll(/:(\d+)/g)].map(([, port]) => Number(port));
}

/** Reads a body to its end, also if the connection breaks off. */
export async function bodyOf(
  incoming: IncomingMessage,
  onText: (text: string) => void = () => {},
): Promise<Body> {
  let text = '';
  try {
    for await (const piece of incoming) {
      text += piece;
      onText(piece);
    }
    return { text, isWhole: incoming.complete };
  } catch {
    return { text, isWhole: false };
  }
}

/** Which server refused, and why: nginx answers in HTML, the gateway names its reason, the MCP server does neither. */
export function refusalOf(status: number, text: string): Refusal {
  if (/<center>nginx/.test(text)) return { kind: 'refused', status, reason: 'nginx' };
  const reason = /"reason":"(\w+)"/.exec(text)?.[1];
  if (reason !== undefined) return { kind: 'refused', status, reason };
  return { kind: 'refused', status, reason: 'upstream', text: text.slice(0, MOST_SHOWN) };
}
