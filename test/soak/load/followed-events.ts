import { setTimeout } from 'node:timers/promises';
import { EventReader } from './event-reader.ts';
import { bodyOf, type HttpClient, refusalOf } from './http-client.ts';
import type { Journal, Outcome, Session } from './journal.ts';
import { sessionHeaders, wrong } from './requests.ts';

const BETWEEN_TRIES_MS = 100;

/**
 * Keeps the event stream of a session open as long as the session exists, and resumes it after
 * the last received event.
 */
export class FollowedEvents {
  readonly #http: HttpClient;
  readonly #journal: Journal;
  readonly #session: Session;
  readonly #leaving = new AbortController();
  readonly #followed: Promise<void>;
  #lastId: string | undefined;
  isOpen = false;

  constructor(http: HttpClient, journal: Journal, session: Session) {
    this.#http = http;
    this.#journal = journal;
    this.#session = session;
    this.#followed = this.#follow();
  }

  /** Resolves when the session is over, or the client has left the stream. */
  get isOver(): Promise<void> {
    return this.#followed;
  }

  /** Resolves when no request of it is under way any more. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#followed;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#leaving;
    while (!signal.aborted) {
      const outcome = await this.#open();
      if (outcome.kind === 'refused' && outcome.status === 404) return;
      if (outcome.kind !== 'left') await setTimeout(BETWEEN_TRIES_MS);
    }
  }

  async #open(): Promise<Outcome> {
    const session = this.#session;
    const id = this.#journal.nextId();
    const sentAt = Date.now();
    let gateways: readonly number[] = [];
    const run = async (): Promise<Outcome> => {
      const resumed = this.#lastId === undefined ? {} : { 'Last-Event-ID': this.#lastId };
      const own = { 'X-Request-Id': id, ...sessionHeaders(session), ...resumed };
      const head = await this.#http.send('GET', own);
      ({ gateways } = head);
      if (head.status >= 300) {
        const { text, isWhole } = await bodyOf(head.incoming);
        return isWhole ? refusalOf(head.status, text) : { kind: 'cut' };
      }
      return this.#read(head.incoming);
    };
    const outcome = await run().catch((error) => wrong(`no answer: ${error}`));
    const what = 'stream';
    const endedAt = Date.now();
    this.#journal.attempts.push({
      ...{ id, what, number: undefined, session, gateways, sentAt, endedAt, outcome },
    });
    return outcome;
  }

  async #read(incoming: Parameters<typeof bodyOf>[0]): Promise<Outcome> {
    const { signal } = this.#leaving;
    const leave = () => incoming.destroy();
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    this.isOpen = true;
    const reader = new EventReader();
    const { isWhole } = await bodyOf(incoming, (text) => {
      for (const { id } of reader.push(text)) {
        this.#lastId = id;
        this.#session.events.push(Number(id?.split('/')[1]));
      }
    });
    this.isOpen = false;
    signal.removeEventListener('abort', leave);
    if (signal.aborted) return { kind: 'left' };
    return isWhole ? wrong('an event stream that ended by itself') : { kind: 'cut' };
  }
}
