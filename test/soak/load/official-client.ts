import { setTimeout } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { gatewaysIn, refusalOf } from './http-client.ts';
import type { Attempt, Journal, Outcome, Refusal, Session } from './journal.ts';

const BETWEEN_TRIES_MS = 200;

/** After this time the client gives up a call whose stream was lost for good. */
const CALL_TIMEOUT_MS = 30_000;

/** Makes one call after the other with the official SDK, which resumes streams by itself. */
export class OfficialClient {
  readonly #url: URL;
  readonly #apiKey: string;
  readonly #journal: Journal;
  #isLeaving = false;
  /** The gateways in the answers since the present call began. */
  #gateways: number[] = [];
  /** The last refusal of a request among them; refused event streams do not count. */
  #refusal: Refusal | undefined;

  constructor(url: string, apiKey: string, journal: Journal) {
    this.#url = new URL(url);
    this.#apiKey = apiKey;
    this.#journal = journal;
  }

  /** Resolves when the client has left. */
  async run(): Promise<void> {
    while (!this.#isLeaving) {
      const client = new Client(
        { name: 'official', version: '1.0.0' },
        { versionNegotiation: { mode: 'legacy' } },
      );
      // Failures show at the calls that are awaited.
      client.onerror = () => {};
      await this.#use(client);
      await client.close();
      if (!this.#isLeaving) await setTimeout(BETWEEN_TRIES_MS);
    }
  }

  leave(): void {
    this.#isLeaving = true;
  }

  async #use(client: Client): Promise<void> {
    const transport = this.#transport();
    let session: Session | undefined;
    const begun = await this.#attempt('begin', undefined, undefined, async () => {
      await client.connect(transport, { timeout: CALL_TIMEOUT_MS });
      const home = client.getServerVersion()?.version ?? '';
      session = { id: transport.sessionId ?? '', home, events: [] };
      return home;
    });
    let last = begun;
    while (last.outcome.kind === 'answered' && !this.#isLeaving) {
      last = await this.#call(client, session);
    }
    if (last.outcome.kind === 'answered') {
      await this.#attempt('end', session, undefined, async () => {
        await transport.terminateSession();
        return undefined;
      });
    }
  }

  #call(client: Client, session: Session | undefined): Promise<Attempt> {
    const number = this.#journal.nextNumber();
    const call = { name: 'count', arguments: { number, ms: 50 } };
    return this.#attempt('call', session, number, async () => {
      const { content } = await client.callTool(call, { timeout: CALL_TIMEOUT_MS });
      return content[0]?.type === 'text' ? content[0].text : undefined;
    });
  }

  async #attempt(
    what: 'begin' | 'call' | 'end',
    session: Session | undefined,
    number: number | undefined,
    run: () => Promise<string | undefined>,
  ): Promise<Attempt> {
    this.#gateways = [];
    this.#refusal = undefined;
    const sentAt = Date.now();
    const outcome: Outcome = await run().then(
      (by) => ({ kind: 'answered', by }),
      (error) => this.#failure(error, session !== undefined),
    );
    const gateways = this.#gateways;
    const attempt = {
      id: '',
      what,
      number,
      session,
      gateways,
      sentAt,
      endedAt: Date.now(),
      outcome,
    };
    this.#journal.attempts.push(attempt);
    return attempt;
  }

  /**
   * The attempt to begin has several requests. If a later one does not find the session that the first one
   * began, that 404 is no refusal of the attempt to begin.
   */
  #failure(error: unknown, isInSession: boolean): Outcome {
    const refusal = this.#refusal;
    if (refusal !== undefined && (isInSession || refusal.status !== 404)) return refusal;
    return { kind: 'failed', detail: String(error) };
  }

  #transport(): StreamableHTTPClientTransport {
    return new StreamableHTTPClientTransport(this.#url, {
      requestInit: { headers: { 'X-Api-Key': this.#apiKey } },
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        this.#gateways.push(...gatewaysIn(answer.headers.get('x-gateway')));
        if (!answer.ok && init?.method !== 'GET') {
          this.#refusal = refusalOf(answer.status, await answer.clone().text());
        }
        return answer;
      },
    });
  }
}
