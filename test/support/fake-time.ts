import { setTimeout as realTimeout } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { atTestEnd } from './servers.ts';

/** All functions and objects that Jest can fake to control time. */
const ALL = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

function fake(names: readonly string[], now?: number): void {
  const doNotFake = ALL.filter((name) => !names.includes(name));
  jest.useFakeTimers({ doNotFake, ...(now !== undefined && { now }) });
  atTestEnd(() => void jest.useRealTimers());
}

/**
 * From now on, timeouts of this test run only when the test advances them (`jest.advanceTimersByTime`),
 * however busy the machine is. Everything else goes on, also Node's own timers, such as those of sockets.
 */
export function holdTimers(): void {
  fake(['setTimeout', 'clearTimeout']);
}

/** The same, and the time of day advances only together with the timeouts. */
export function holdTime(): void {
  fake(['Date', 'setTimeout', 'clearTimeout']);
}

/** Advances held timeouts until `awaited` is settled, in steps. Between them, data under way can arrive. */
export async function inHeldTime<T>(awaited: Promise<T>): Promise<T> {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  awaited.then(end, end);
  while (!isOver) {
    jest.advanceTimersByTime(20);
    await realTimeout(1);
  }
  return awaited;
}

/** Stops the clock of this test and sets it ahead; timers go on as before. */
export function passes(ms: number): void {
  fake(['Date'], Date.now() + ms);
}

/** Sets the monotonic clock (`performance.now`) ahead, until the test is over; timers go on as before. */
export function clockPasses(ms: number): void {
  const now = performance.now.bind(performance);
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  atTestEnd(() => clock.mockRestore());
}

/**
 * Stops the clock by which this test and the gateway measure durations. Gives a function that advances it.
 * Timers and the time of day go on.
 */
export function holdClock(): (ms: number) => void {
  // A whole number, so that sums of times are exact.
  let now = Math.ceil(performance.now());
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  atTestEnd(() => clock.mockRestore());
  return (ms) => {
    now += ms;
  };
}
