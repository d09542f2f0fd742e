/**
 * Loaded into the process of a gateway. It gives stores so much time that a pause of the machine is no
 * timeout, for tests in which the store answers in time.
 */
import { STORE_TIMEOUT_MS } from '../../src/slots/store-timeout.ts';

const PATIENCE_MS = 60_000;

const { setTimeout: start } = globalThis;

globalThis.setTimeout = ((callback: () => void, ms?: number, ...args: []) =>
  start(callback, ms === STORE_TIMEOUT_MS ? PATIENCE_MS : ms, ...args)) as typeof setTimeout;
