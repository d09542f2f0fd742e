import type { Kept } from '../../kept.ts';
import type { GatewayUpdate, Observer } from './observer.ts';

/** Tells one observer. */
export type UpdateListener = (update: GatewayUpdate, gateway: string) => void;

/** The observers of a gateway who are told when its configuration changes. */
export class UpdateListeners {
  #listeners: ReadonlyMap<Observer, UpdateListener> = new Map();

  get all(): ReadonlyMap<Observer, UpdateListener> {
    return this.#listeners;
  }

  /** Tells these listeners from now on, in place of those before. */
  replace(listeners: ReadonlyMap<Observer, UpdateListener> = new Map()): void {
    this.#listeners = listeners;
  }
}

/** The listeners of a gateway. */
export function updateListenersOf(kept: Kept): UpdateListeners {
  return kept.of(['update listeners'], () => new UpdateListeners());
}
