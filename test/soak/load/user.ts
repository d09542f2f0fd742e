import { setTimeout } from 'node:timers/promises';
import { FollowedEvents } from './followed-events.ts';
import type { HttpClient } from './http-client.ts';
import type { Journal, Session } from './journal.ts';
import type { Requests } from './requests.ts';

const BETWEEN_TRIES_MS = 100;

/** A client with a session and its event stream. It begins a new session whenever it has lost the old one. */
export class User {
  readonly #http: HttpClient;
  readonly #requests: Requests;
  readonly #journal: Journal;
  readonly #calls = new Set<Promise<unknown>>();
  #session: Session | undefined;
  #events: FollowedEvents | undefined;
  #isLeaving = false;

  constructor(http: HttpClient, requests: Requests, journal: Journal) {
    this.#http = http;
    this.#requests = requests;
    this.#journal = journal;
  }

  /** The session for calls; undefined while there is none. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Whether the stream is open and events have come. */
  get hasEvents(): boolean {
    const session = this.#session;
    return session !== undefined && this.#events?.isOpen === true && session.events.length > 0;
  }

  /** Resolves when the user has left. */
  async run(): Promise<void> {
    while (!this.#isLeaving) {
      const session = await this.#requests.begin();
      const isReady =
        session !== undefined &&
        (await this.#requests.initialized(session)).outcome.kind === 'answered';
      if (isReady) await this.#use(session);
      else await setTimeout(BETWEEN_TRIES_MS);
    }
  }

  async #use(session: Session): Promise<void> {
    this.#session = session;
    this.#events = new FollowedEvents(this.#http, this.#journal, session);
    if (this.#isLeaving) void this.#abandon();
    await this.#events.isOver;
    this.#session = undefined;
  }

  /** Makes a call; undefined while there is no session. */
  call(ms: number): Promise<unknown> | undefined {
    const session = this.#session;
    if (session === undefined) return undefined;
    const call = this.#requests.call(ms, session).then(({ outcome }) => {
      const isOver = outcome.kind === 'refused' && outcome.status === 404;
      if (isOver && this.#session === session) void this.#abandon();
    });
    this.#calls.add(call);
    return call.finally(() => this.#calls.delete(call));
  }

  /** Ends the session in order; another begins. */
  async renew(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    await Promise.all([this.#abandon(), ...this.#calls]);
    await this.#requests.end(session);
  }

  /** Ends the session in order, and begins no other. */
  async end(): Promise<void> {
    this.#isLeaving = true;
    await this.renew();
  }

  /** Leaves without ending the session, which stays at its upstream. */
  leave(): void {
    this.#isLeaving = true;
    void this.#abandon();
  }

  /** Begins no other request in the session. Resolves when only calls are still under way. */
  async #abandon(): Promise<void> {
    this.#session = undefined;
    await this.#events?.leave();
  }
}
