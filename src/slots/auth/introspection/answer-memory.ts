import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { IntrospectionFailure } from './introspection-failure.ts';
import type { ActiveToken } from './judge-answer.ts';

/** The result of asking about a token: that it is good, what is wrong with it, or why that is not known. */
export type Verdict = ActiveToken | string | IntrospectionFailure;

const MOST_TOKENS = 10_000;
/** Refused tokens are kept apart, so that a flood of made-up tokens does not drive out the good ones. */
const MOST_REFUSED = 10_000;
const REFUSED_MS = 5000;
const FAILED_MS = 1000;

interface Remembered {
  readonly verdict: Verdict;
  /** Until when it holds, on a clock that never goes back. */
  readonly until: number;
}

/** Remembers what the server said of a token, by a hash of the token. */
export class AnswerMemory {
  readonly #active = new BoundedMap<string, Remembered>(MOST_TOKENS);
  readonly #refused = new BoundedMap<string, Remembered>(MOST_REFUSED);
  readonly #cacheMs: number;

  /** @param cacheMs - How long an answer is remembered at most; 0 is not at all. */
  constructor(cacheMs: number) {
    this.#cacheMs = cacheMs;
  }

  get(key: string, now: number): Verdict | undefined {
    for (const answers of [this.#active, this.#refused]) {
      const known = answers.get(key);
      if (known === undefined) continue;
      if (now < known.until) return known.verdict;
      answers.delete(key);
    }
    return undefined;
  }

  /** @param asked - When the question was asked: the answer may have been true only then. */
  add(key: string, verdict: Verdict, asked: number): void {
    if (this.#cacheMs === 0) return;
    const isActive = typeof verdict === 'object' && 'principal' in verdict;
    if (isActive) {
      this.#refused.delete(key);
      this.#active.set(key, { verdict, until: asked + this.#cacheMs });
      return;
    }
    const longestMs = typeof verdict === 'string' ? REFUSED_MS : FAILED_MS;
    this.#refused.set(key, { verdict, until: asked + Math.min(longestMs, this.#cacheMs) });
  }

  forget(key: string): void {
    this.#active.delete(key);
  }
}
