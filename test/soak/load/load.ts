import { setTimeout } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { HttpClient } from './http-client.ts';
import type { Journal } from './journal.ts';
import { OfficialClient } from './official-client.ts';
import { Requests } from './requests.ts';
import { User } from './user.ts';

const OFFICIAL_CLIENTS = 4;
const BETWEEN_LOOKS_MS = 20;
/** After a pause of the machine, missing calls are made in groups of at most this size. */
const MOST_AT_ONCE = 50;
/**
 * While the machine stands still, no more calls than this wait. Together with the streams, they stay below the
 * number of connections that can wait to be accepted (511 in Node and nginx): the system would drop further ones.
 */
const MOST_UNDER_WAY = 200;
const LONGEST_CALL_MS = 400;
/** One in this many calls has no session. */
const STATELESS = 10;
const BETWEEN_RENEWALS_MS = 700;

export interface LoadSettings {
  readonly url: string;
  readonly apiKey: string;
  /** Calls a second, without those of the official clients. */
  readonly rate: number;
  /** Each user has a session and a stream. */
  readonly users: number;
}

/** All clients of the gateways. */
export class Load {
  readonly users: readonly User[];
  readonly #settings: LoadSettings;
  readonly #random: Random;
  readonly #http: HttpClient;
  readonly #requests: Requests;
  readonly #officials: readonly OfficialClient[];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #running: Promise<unknown>[] = [];
  readonly #calling: Promise<unknown>[] = [];
  readonly #stopping = new AbortController();

  constructor(settings: LoadSettings, random: Random, journal: Journal) {
    const { url, apiKey, users } = settings;
    this.#settings = settings;
    this.#random = random;
    this.#http = new HttpClient(url, apiKey);
    this.#requests = new Requests(this.#http, journal);
    const user = () => new User(this.#http, this.#requests, journal);
    this.users = Array.from({ length: users }, user);
    const official = () => new OfficialClient(url, apiKey, journal);
    this.#officials = Array.from({ length: OFFICIAL_CLIENTS }, official);
  }

  start(): void {
    for (const client of [...this.users, ...this.#officials]) this.#running.push(client.run());
    this.#calling.push(this.#callAgainAndAgain(), this.#renewAgainAndAgain());
  }

  /** When it resolves, there are only event streams, and requests that begin sessions for them. */
  async stopCalls(): Promise<void> {
    this.#stopping.abort();
    for (const official of this.#officials) official.leave();
    await Promise.all(this.#calling);
    await Promise.all(this.#underWay);
  }

  /** Half of the users end their session in order, the others just leave. */
  async leave(): Promise<void> {
    await Promise.all(this.users.map((user, i) => (i % 2 === 0 ? user.end() : user.leave())));
    await Promise.all(this.#running);
    this.#http.close();
  }

  async #callAgainAndAgain(): Promise<void> {
    const begunAt = Date.now();
    let made = 0;
    while (!this.#stopping.signal.aborted) {
      const due = Math.floor(((Date.now() - begunAt) / 1000) * this.#settings.rate);
      for (let i = 0; i < MOST_AT_ONCE && made < due; i += 1, made += 1) this.#call();
      await this.#pause(BETWEEN_LOOKS_MS);
    }
  }

  #call(): void {
    if (this.#underWay.size >= MOST_UNDER_WAY) return;
    const ms = this.#random.between(0, LONGEST_CALL_MS);
    if (this.#random.between(1, STATELESS) === 1) this.#note(this.#requests.call(ms));
    else this.#note(this.#random.pick(this.users)?.call(ms));
  }

  async #renewAgainAndAgain(): Promise<void> {
    while (true) {
      await this.#pause(BETWEEN_RENEWALS_MS);
      if (this.#stopping.signal.aborted) return;
      const user = this.#random.pick(this.users);
      if (user !== undefined) this.#note(user.renew());
    }
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #note(promise: Promise<unknown> | undefined): void {
    if (promise === undefined) return;
    this.#underWay.add(promise);
    void promise.finally(() => this.#underWay.delete(promise));
  }
}
