import type { ServerResponse } from 'node:http';
import { contextOf } from '../../context.ts';
import type { Kept } from '../../kept.ts';
import { Deadline } from '../../lib/deadline.ts';
import { type RelayPlan, targetsOf } from '../../relay/options.ts';
import { HealthCheck } from '../../targets/health-check.ts';
import { shownUrl } from '../../targets/shown-url.ts';
import type { Target } from '../../targets/target.ts';
import { type TargetChanges, targetChangesOf } from '../../targets/target-changes.ts';
import type { TargetState } from '../../targets/target-state.ts';
import { graceOf } from '../draining.ts';
import { hopOf } from '../head.ts';
import { endNow, type OpenRequests, openRequestsOf, windDown } from '../open-requests.ts';
import type { BalanceSettings } from './options.ts';
import { targetStatesOf } from './target-states.ts';
import { type TargetStats, type TargetStatus, targetStatsOf } from './target-stats.ts';

/** How long an event that has begun may take to end when its target is out of service. */
const LAST_EVENT_MS = 5000;

/** The targets of a gateway, as its operator sees them and takes them out of service. */
export class TargetService {
  readonly #open: OpenRequests;
  readonly #changes: TargetChanges;
  readonly #drains = new Map<TargetState, TargetDrain>();
  #states: readonly TargetState[] = [];
  #checks: readonly HealthCheck[] = [];
  #isStopped = false;
  #isClosed = false;

  constructor(open: OpenRequests, changes: TargetChanges) {
    this.#open = open;
    this.#changes = changes;
  }

  /** Whether the gateway is out of service, or on its way there. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Makes these the targets of the gateway. The drain of a former target goes on.
   *
   * @param canChange - Whether they can have more than one state.
   * @param checks - The health checks of the targets, which run as long as the gateway is in service; empty
   * where there are none.
   */
  replace(
    states: readonly TargetState[],
    canChange: boolean,
    checks: readonly HealthCheck[],
  ): void {
    for (const state of this.#states) {
      if (states.includes(state)) continue;
      const drain = this.#drains.get(state);
      // The app cannot restore this target any more, and its grace may have no end.
      if (drain !== undefined) state.whenIdle(() => drain.cancel());
    }
    this.#states = states;
    this.#checks = checks;
    if (checks.length === 0 && !this.#isStopped) for (const state of states) state.isHealthy = true;
    this.#changes.states = canChange && !this.#isStopped ? states : [];
    this.#forgetDrains();
  }

  /**
   * The gateway goes out of service: its targets are not checked any more, and observers no longer see their
   * states.
   */
  stop(): void {
    this.#isStopped = true;
    for (const check of this.#checks) check.stop();
    this.#changes.states = [];
  }

  statuses(): TargetStatus[] {
    const exchanges = this.#open.all().flatMap(({ req }) => contextOf(req).exchange ?? []);
    return this.#states.map((state) => {
      const { url, weight } = state.target;
      const here = exchanges.filter(({ target }) => target.site === state.target.site);
      return {
        url: shownUrl(url),
        weight,
        state: state.name,
        open: here.length,
        streams: here.filter(({ isEventStream }) => isEventStream).length,
        failures: state.breaker?.failures ?? 0,
      };
    });
  }

  stats(): TargetStats[] {
    const isChecked = this.#checks.length > 0;
    return this.statuses().map((status, i) => {
      return { ...status, ...targetStatsOf(this.#states[i] as TargetState, isChecked) };
    });
  }

  async drain(url: string | URL, graceMs: number): Promise<void> {
    const state = this.#find(url);
    if (this.#states.length === 1)
      throw new RangeError('It is the only target; close() the gateway');
    const drain = this.#drains.get(state) ?? new TargetDrain(state, this.#open);
    this.#drains.set(state, drain);
    const over = drain.begin(graceMs);
    if (this.#isClosed) drain.cancel();
    await over;
    this.#forgetDrains();
  }

  /** Forgets the drains that are over, of targets that the gateway does not have any more. */
  #forgetDrains(): void {
    for (const [state, { isOver }] of this.#drains) {
      if (isOver && !this.#states.includes(state)) this.#drains.delete(state);
    }
  }

  restore(url: string | URL): void {
    const state = this.#find(url);
    this.#drains.get(state)?.cancel();
    this.#drains.delete(state);
    state.restore();
  }

  /** The gateway is out of service: calls that wait for the drain of a target go on. */
  readonly endDrains = (): void => {
    this.#isClosed = true;
    for (const drain of this.#drains.values()) drain.cancel();
  };

  #find(url: string | URL): TargetState {
    const href = URL.canParse(String(url)) ? new URL(url).href : undefined;
    const state = this.#states.find(({ target }) => target.url.href === href);
    if (state !== undefined) return state;
    const [alike, ...others] = this.#states.filter(
      ({ target }) => new URL(shownUrl(target.url)).href === href,
    );
    if (alike === undefined) throw new RangeError('No target of the gateway has this URL');
    if (others.length > 0)
      throw new RangeError('Several targets are shown so; give the URL as configured');
    return alike;
  }
}

/** The target service of a gateway. It has these targets as soon as the configuration is in use. */
export function targetServiceOf(
  relay: RelayPlan,
  settings: BalanceSettings | undefined,
  kept: Kept,
): TargetService {
  const [open, changes] = [openRequestsOf(kept), targetChangesOf(kept)];
  const service = kept.of(['target service'], () => new TargetService(open, changes));
  const states = targetStatesOf(relay, settings?.breaker, kept);
  const targets = targetsOf(relay, kept);
  const isChecked = settings?.health !== undefined && !service.isStopped;
  const checks = isChecked
    ? states.map((state, i) => healthCheckOf(state, targets[i] as Target, settings, kept))
    : [];
  // Without `settings` there is one target, which is always in the same state.
  kept.onceBuilt(() => {
    for (const [i, state] of states.entries()) {
      state.reconfigure(targets[i] as Target, settings?.breaker);
    }
    service.replace(states, settings !== undefined, checks);
  });
  return service;
}

function healthCheckOf(
  state: TargetState,
  { engine }: Target,
  { health }: BalanceSettings,
  kept: Kept,
): HealthCheck {
  const settings = health as NonNullable<typeof health>;
  const via = hopOf(kept).entry('1.1');
  const tell = (isHealthy: boolean) => {
    state.isHealthy = isHealthy;
  };
  const { path, everyMs, timeoutMs } = settings;
  return kept.of(
    ['health check', state, engine, path, everyMs, timeoutMs],
    () => new HealthCheck(engine, settings, via, tell, state.isHealthy),
    (check) => check.stop(),
  );
}

/** One target on its way out of service. */
class TargetDrain {
  readonly #state: TargetState;
  readonly #open: OpenRequests;
  readonly #timer = new Deadline();
  readonly #over = Promise.withResolvers<void>();
  isOver = false;

  constructor(state: TargetState, open: OpenRequests) {
    this.#state = state;
    this.#open = open;
  }

  /** A later call sets the time anew. */
  begin(graceMs: number): Promise<void> {
    this.#state.drain();
    if (!this.#state.isGone) this.#timer.start(graceOf(graceMs), () => this.#end());
    return this.#over.promise;
  }

  cancel(): void {
    this.#timer.clear();
    this.isOver = true;
    this.#over.resolve();
  }

  #end(): void {
    this.#state.endDrain();
    this.#state.whenIdle(() => this.cancel());
    for (const { req } of this.#here()) windDown(contextOf(req), true);
    if (this.#state.open > 0) this.#timer.start(LAST_EVENT_MS, () => endNow(this.#here()));
  }

  #here(): ServerResponse[] {
    const { site } = this.#state.target;
    return this.#open.all().filter(({ req }) => contextOf(req).lease?.target.site === site);
  }
}
