import { Breaker, type BreakerSettings, type BreakerSources, PROCESS_SOURCES } from './breaker.ts';
import type { Target } from './target.ts';

/**
 * What may keep requests from a target: `open` and `half-open` are its breaker's, `draining` an
 * operator's, `unhealthy` what its own health check says.
 */
export type TargetStateName = 'closed' | 'open' | 'half-open' | 'draining' | 'unhealthy';

/** A target changed its state. */
export interface TargetChange {
  /** `host:port`. */
  readonly target: string;
  /** The one that it has now. */
  readonly state: TargetStateName;
  /** The one that it had. */
  readonly previous: TargetStateName;
  /**
   * Why. Of a breaker: what failed last (`unreachable`, `timeout`, `status`, `lost`), `time_is_over` or
   * `trial_succeeded`. `health`: the target's health check. `drain`, `restore`: so it was called. `update`: the
   * breaker has other terms, or is off.
   */
  readonly reason: string;
}

/** The state of one target, which lasts from request to request. */
export class TargetState {
  /** Requests under way, event streams included. */
  open = 0;
  readonly #onChange: (change: TargetChange) => void;
  readonly #sources: BreakerSources;
  #target: Target;
  #breaker: Breaker | undefined;
  #isHealthy = true;
  #drain: 'none' | 'begun' | 'over' = 'none';
  #onIdle: (() => void)[] = [];

  constructor(
    target: Target,
    breaker: BreakerSettings | undefined,
    onChange: (change: TargetChange) => void,
    sources: BreakerSources = PROCESS_SOURCES,
  ) {
    this.#target = target;
    this.#onChange = onChange;
    this.#sources = sources;
    this.#breaker = this.#breakerWith(breaker);
  }

  /** The target as it is in the configuration that holds. */
  get target(): Target {
    return this.#target;
  }

  /** The breaker; undefined where it is switched off. */
  get breaker(): Breaker | undefined {
    return this.#breaker;
  }

  /** From now on another configuration holds. A breaker on other terms begins anew. */
  reconfigure(target: Target, breaker: BreakerSettings | undefined): void {
    this.#target = target;
    if (haveSameTerms(this.#breaker?.settings, breaker)) return;
    this.#change('update', () => {
      this.#breaker = this.#breakerWith(breaker);
    });
  }

  #breakerWith(settings: BreakerSettings | undefined): Breaker | undefined {
    if (settings === undefined) return undefined;
    const breaker = new Breaker(settings, this.#sources, ({ state, previous, reason }) => {
      // Where a drain or the health check keeps requests away, only that is told. A breaker that was replaced
      // keeps no requests away.
      if (this.takesNew && breaker === this.#breaker) this.#tell(state, previous, reason);
    });
    return breaker;
  }

  get url(): URL {
    return this.target.url;
  }

  get weight(): number {
    return this.target.weight;
  }

  get name(): TargetStateName {
    if (this.#drain !== 'none') return 'draining';
    if (!this.#isHealthy) return 'unhealthy';
    return this.breaker?.state ?? 'closed';
  }

  /** Whether requests may begin here that belong to no session. */
  get takesNew(): boolean {
    return this.#drain === 'none' && this.#isHealthy;
  }

  /** Whether no session lives here any more. */
  get isGone(): boolean {
    return this.#drain === 'over';
  }

  /** What its own health check says; true where there is none. */
  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  set isHealthy(isHealthy: boolean) {
    this.#change('health', () => {
      this.#isHealthy = isHealthy;
    });
  }

  drain(): void {
    // A drain that is over stays over: clients were told that the sessions do not exist.
    if (this.#drain !== 'none') return;
    this.#change('drain', () => {
      this.#drain = 'begun';
    });
  }

  /** From now on its sessions do not exist. */
  endDrain(): void {
    if (this.#drain === 'begun') this.#drain = 'over';
  }

  restore(): void {
    this.#change('restore', () => {
      this.#drain = 'none';
    });
  }

  began(): void {
    this.open += 1;
  }

  ended(): void {
    this.open -= 1;
    if (this.open > 0) return;
    for (const listener of this.#onIdle.splice(0)) listener();
  }

  /** Calls `listener` when no request is under way here; at once where none is. */
  whenIdle(listener: () => void): void {
    if (this.open === 0) listener();
    else this.#onIdle.push(listener);
  }

  #change(reason: string, change: () => void): void {
    const previous = this.name;
    change();
    this.#tell(this.name, previous, reason);
  }

  #tell(state: TargetStateName, previous: TargetStateName, reason: string): void {
    if (state !== previous) {
      this.#onChange({ target: this.target.name, state, previous, reason });
    }
  }
}

function haveSameTerms(
  some: BreakerSettings | undefined,
  others: BreakerSettings | undefined,
): boolean {
  if (some === undefined || others === undefined) return some === others;
  return (
    some.failures === others.failures &&
    some.openForMs === others.openForMs &&
    some.statuses.size === others.statuses.size &&
    [...some.statuses].every((status) => others.statuses.has(status))
  );
}
