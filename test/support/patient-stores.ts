/**
 * Loaded into a gateway's own process, it gives stores more time than a machine may stand still, for
 * tests of what a store does in time.
 */
import { STORE_TIMEOUT_MS } from '../../src/slots/store-timeout.ts';

const PATIENCE_MS = 60_000;

const { setTimeout: start } = globalThis;

globalThis.setTimeout = ((callback: () => void, ms?: number, ...args: []) =>
  start(callback, ms === STORE_TIMEOUT_MS ? PATIENCE_MS : ms, ...args)) as typeof setTimeout;
