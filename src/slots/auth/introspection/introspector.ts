import { hash } from 'node:crypto';
import { AnswerMemory, type Verdict } from './answer-memory.ts';
import { BackOff } from './back-off.ts';
import type { IntrospectionClock } from './endpoint-location.ts';
import {
  IntrospectionEndpoint,
  type IntrospectionEndpointSettings,
} from './introspection-endpoint.ts';
import { IntrospectionFailure } from './introspection-failure.ts';
import { type ActiveToken, type AnswerRules, judgeAnswer } from './judge-answer.ts';

/** Which server to ask about tokens, and what the tokens have to be. */
export interface IntrospectorSettings extends IntrospectionEndpointSettings, AnswerRules {
  /** How long an answer is remembered; 0 is not at all. */
  readonly cacheMs: number;
}

/** Questions that may be open at a time. Each has a connection of its own. */
const MOST_AT_ONCE = 500;

/**
 * Asks an authorization server about tokens: once for all requests that wait for the same token, not again
 * while the answer is remembered, and not at all for a while after the server has failed.
 */
export class Introspector {
  readonly #settings: IntrospectorSettings;
  readonly #clock: IntrospectionClock;
  readonly #endpoint: IntrospectionEndpoint;
  readonly #memory: AnswerMemory;
  readonly #backOff: BackOff;
  readonly #asking = new Map<string, Promise<Verdict>>();

  constructor(settings: IntrospectorSettings, clock: IntrospectionClock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#endpoint = new IntrospectionEndpoint(settings, clock);
    this.#memory = new AnswerMemory(settings.cacheMs);
    this.#backOff = new BackOff(clock.monotonic);
  }

  /**
   * The token if it is good, or what is wrong with it; an {@link IntrospectionFailure} where that is not
   * known.
   */
  async ask(token: string): Promise<Verdict> {
    const key = hash('sha256', token, 'base64');
    const known = this.#memory.get(key, this.#clock.monotonic());
    if (known !== undefined) {
      if (!isActive(known) || this.#clock.now() < known.endsAt) return known;
      this.#memory.forget(key);
    }
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      const { reason } = this.#backOff;
      if (reason instanceof IntrospectionFailure) return reason;
      if (this.#asking.size >= MOST_AT_ONCE) return tooMany();
      asking = this.#askServer(key, token).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  /** The same, from what is remembered alone: no server is asked. */
  peek(token: string): Verdict {
    const now = this.#clock.monotonic();
    const known = this.#memory.get(hash('sha256', token, 'base64'), now);
    if (known !== undefined && (!isActive(known) || this.#clock.now() < known.endsAt)) return known;
    return new IntrospectionFailure('The server was not asked about the token', 'server');
  }

  async #askServer(key: string, token: string): Promise<Verdict> {
    const asked = this.#clock.monotonic();
    try {
      const answer = await this.#endpoint.ask(token);
      this.#backOff.succeeded();
      const verdict = judgeAnswer(answer, this.#settings, this.#clock.now());
      this.#memory.add(key, verdict, asked);
      return verdict;
    } catch (error) {
      if (!(error instanceof IntrospectionFailure)) throw error;
      if (error.about === 'token') this.#memory.add(key, error, asked);
      else this.#backOff.failed(error, error.about === 'server');
      return error;
    }
  }
}

/** Whether it says that the token is good. */
export function isActive(verdict: Verdict): verdict is ActiveToken {
  return typeof verdict === 'object' && 'principal' in verdict;
}

function tooMany(): IntrospectionFailure {
  const message = `More than ${MOST_AT_ONCE} tokens are being asked about`;
  return new IntrospectionFailure(message, 'server');
}
