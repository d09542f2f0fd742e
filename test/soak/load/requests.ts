import { modern, modernHeaders } from '../../support/messages.ts';
import { EventReader } from './event-reader.ts';
import { bodyOf, type Head, type HttpClient, refusalOf } from './http-client.ts';
import type { Attempt, Journal, Outcome, RequestKind, Session } from './journal.ts';

const LEGACY = '2025-11-25';

/** The requests of MCP clients. Each one is in the journal with its outcome. */
export class Requests {
  readonly #http: HttpClient;
  readonly #journal: Journal;

  constructor(http: HttpClient, journal: Journal) {
    this.#http = http;
    this.#journal = journal;
  }

  /** Begins a session; gives it if that succeeds. */
  async begin(): Promise<Session | undefined> {
    const params = {
      protocolVersion: LEGACY,
      capabilities: {},
      clientInfo: { name: 'soak', version: '1.0.0' },
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    let session: Session | undefined;
    await this.#exchange({ what: 'begin', method: 'POST', body }, ({ incoming }, result) => {
      const id = incoming.headers['mcp-session-id'];
      const home = result?.serverInfo?.version;
      if (typeof id !== 'string' || home === undefined) return wrong('an answer without a session');
      session = { id, home, events: [] };
      return { kind: 'answered', by: home };
    });
    if (session !== undefined) this.#journal.sessions.push(session);
    return session;
  }

  initialized(session: Session): Promise<Attempt> {
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return this.#exchange({ what: 'initialized', method: 'POST', body, session }, ({ status }) =>
      status === 202 ? { kind: 'answered', by: undefined } : wrong(`status ${status}`),
    );
  }

  end(session: Session): Promise<Attempt> {
    return this.#exchange({ what: 'end', method: 'DELETE', session }, () => ({
      kind: 'answered',
      by: undefined,
    }));
  }

  /** A call that takes `ms`, in a session; without one, as stateless clients make it. */
  call(ms: number, session?: Session): Promise<Attempt> {
    const number = this.#journal.nextNumber();
    const call = { name: 'count', arguments: { number, ms } };
    const members = JSON.stringify(call).slice(1, -1);
    const body = session
      ? JSON.stringify({ jsonrpc: '2.0', id: number, method: 'tools/call', params: call })
      : modern('tools/call', members, String(number));
    const headers = session ? {} : modernHeaders('tools/call', 'count');
    const request = { what: 'call', method: 'POST', number, body, headers, session } as const;
    return this.#exchange(request, (_head, result) => {
      const by = result?.content?.[0]?.text;
      return by === undefined ? wrong('an answer without a result') : { kind: 'answered', by };
    });
  }

  /** Sends a request and reads its answer whole; `accept` judges one that succeeded. */
  async #exchange(
    sent: SentRequest,
    accept: (head: Head, result: Result | undefined) => Outcome,
  ): Promise<Attempt> {
    const { what, method, number, session, body, headers = {} } = sent;
    const id = this.#journal.nextId();
    const sentAt = Date.now();
    let gateways: readonly number[] = [];
    const run = async (): Promise<Outcome> => {
      const own = { 'X-Request-Id': id, ...headers, ...sessionHeaders(session) };
      const head = await this.#http.send(method, own, body);
      ({ gateways } = head);
      const { text, isWhole } = await bodyOf(head.incoming);
      if (!isWhole) return { kind: 'cut' };
      return head.status < 300 ? accept(head, resultIn(text)) : refusalOf(head.status, text);
    };
    const outcome = await run().catch((error) => wrong(`no answer: ${error}`));
    const endedAt = Date.now();
    const attempt = { id, what, number, session, gateways, sentAt, endedAt, outcome };
    this.#journal.attempts.push(attempt);
    return attempt;
  }
}

interface SentRequest {
  readonly what: RequestKind;
  readonly method: string;
  readonly number?: number;
  readonly session?: Session | undefined;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

interface Result {
  readonly serverInfo?: { readonly version: string };
  readonly content?: readonly { readonly text: string }[];
}

export function sessionHeaders(session: Session | undefined): Record<string, string> {
  return session ? { 'Mcp-Session-Id': session.id, 'MCP-Protocol-Version': LEGACY } : {};
}

export function wrong(detail: string): Outcome {
  return { kind: 'wrong', detail };
}

/** The result of the only response in a body, which is JSON or a stream of events. */
function resultIn(text: string): Result | undefined {
  const events = new EventReader().push(text).map(({ data }) => data);
  const messages = text.startsWith('{') ? [text] : events.filter((data) => data !== '');
  return messages.map((message) => JSON.parse(message).result).find((result) => result);
}
