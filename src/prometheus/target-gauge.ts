import { Gauge } from 'prom-client';
import type { ObservedTargets } from '../targets/target-changes.ts';
import type { TargetStateName } from '../targets/target-state.ts';
import type { MetricsRegistry } from './metrics-registry.ts';

const ALL: Readonly<Record<TargetStateName, true>> = {
  closed: true,
  open: true,
  'half-open': true,
  draining: true,
  unhealthy: true,
};
const STATES = Object.keys(ALL);

/** A gateway, and its targets. The reference is weak, because apps make gateways anew. */
interface Attached {
  readonly gateway: string;
  readonly targets: WeakRef<ObservedTargets>;
}

/**
 * The state of each target: 1 for the one that it has, 0 for the others. It is read when the metrics are
 * collected, because no event tells when the time of an open breaker is over.
 */
export class TargetGauge {
  readonly #gauge: Gauge;
  readonly #known = new WeakSet<ObservedTargets>();
  #attached: Attached[] = [];

  constructor(name: string, registers: MetricsRegistry[]) {
    this.#gauge = new Gauge({
      name,
      help: 'Of each target, 1 for the state that it has, 0 for the others',
      labelNames: ['gateway', 'target', 'state'],
      registers,
      collect: () => this.#collect(),
    });
  }

  attach(gateway: string, targets: ObservedTargets): void {
    if (this.#known.has(targets)) return;
    this.#known.add(targets);
    this.#attached = this.#attached.filter((other) => other.targets.deref() !== undefined);
    this.#attached.push({ gateway, targets: new WeakRef(targets) });
  }

  #collect(): void {
    const gauge = this.#gauge;
    gauge.reset();
    for (const { gateway, targets } of this.#attached) {
      for (const { target, name } of targets.deref()?.states ?? []) {
        for (const state of STATES) {
          // Where two targets have the same labels, both count.
          gauge.inc({ gateway, target: target.name, state }, state === name ? 1 : 0);
        }
      }
    }
  }
}
