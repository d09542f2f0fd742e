import type { Engine, UpstreamExchange, UpstreamRequest } from '../engine/engine.ts';
import { NO_BODY, UNTIL_ANSWERED } from '../engine/own-request.ts';
import type { UpstreamAnswer } from '../engine/upstream-answer.ts';
import type { HealthSettings } from './health-options.ts';

/** So many failures in a row take a host out; one good answer brings it back. */
const FAILURES = 2;

/**
 * Asks a host at once, and from then on at regular times, whether it is well: with a GET, and no message
 * of MCP, which could begin a session. A 2xx that ends in time says so; what it says besides is read and
 * forgotten. Until the second failure in a row the host is taken for well.
 *
 * Every request has a connection of its own: one that was kept alive would say nothing about whether
 * others can be opened. The next one waits until the one before it is over. Its timers keep no process
 * alive.
 */
export class HealthCheck {
  readonly #engine: Engine;
  readonly #settings: HealthSettings;
  /** The gateway as the host sees it in `Via`. */
  readonly #via: string;
  readonly #onChange: (isHealthy: boolean) => void;
  #failures: number;
  #next: NodeJS.Timeout | undefined;
  #check: Check | undefined;

  /** @param wasHealthy - What another check has said of the host before. */
  constructor(
    engine: Engine,
    settings: HealthSettings,
    via: string,
    onChange: (isHealthy: boolean) => void,
    wasHealthy: boolean = true,
  ) {
    this.#failures = wasHealthy ? 0 : FAILURES;
    this.#engine = engine;
    this.#settings = settings;
    this.#via = via;
    this.#onChange = onChange;
    this.#begin();
  }

  get isHealthy(): boolean {
    return this.#failures < FAILURES;
  }

  /** Asks no more, and takes back the request that is under way. */
  stop(): void {
    clearTimeout(this.#next);
    this.#check?.stop();
    this.#check = undefined;
  }

  readonly #begin = (): void => {
    this.#next = setTimeout(this.#begin, this.#settings.everyMs).unref();
    if (this.#check?.isOver === false) return;
    const { path, timeoutMs } = this.#settings;
    const request: UpstreamRequest = {
      method: 'GET',
      path,
      responseTimeout: false,
      fresh: true,
      headers: { Accept: '*/*', 'Accept-Encoding': 'identity', Via: this.#via },
      body: NO_BODY,
    };
    this.#check = new Check(timeoutMs, this.#onVerdict);
    this.#check.start(this.#engine, request);
  };

  readonly #onVerdict = (isWell: boolean): void => {
    const wasHealthy = this.isHealthy;
    this.#failures = isWell ? 0 : this.#failures + 1;
    if (this.isHealthy !== wasHealthy) this.#onChange(this.isHealthy);
  };
}

/** One request, and what it says about the host. */
class Check {
  readonly #deadline: NodeJS.Timeout;
  readonly #onVerdict: (isWell: boolean) => void;
  #exchange: UpstreamExchange | undefined;
  #isOver = false;

  constructor(timeoutMs: number, onVerdict: (isWell: boolean) => void) {
    this.#onVerdict = onVerdict;
    this.#deadline = setTimeout(this.#onFailure, timeoutMs).unref();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  start(engine: Engine, request: UpstreamRequest): void {
    this.#exchange = engine(request, {
      ...UNTIL_ANSWERED,
      onAnswer: this.#onAnswer,
      onFailure: this.#onFailure,
    });
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#exchange?.abort();
  }

  readonly #onAnswer = ({ status, body }: UpstreamAnswer): void => {
    if (this.#isOver) return;
    if (status < 200 || status > 299) this.#onFailure();
    else body.once('end', this.#onEnd).resume();
  };

  readonly #onFailure = (): void => {
    if (this.#isOver) return;
    this.stop();
    this.#onVerdict(false);
  };

  readonly #onEnd = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#onVerdict(true);
  };
}
