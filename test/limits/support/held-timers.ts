import { jest } from '@jest/globals';
import { atTestEnd } from '../../support/servers.ts';

/**
 * From now on, timeouts of this test run only when it says so (`jest.advanceTimersByTime`), however
 * busy the machine is. All else goes on, and so does Node's own time, as that of sockets.
 */
export function holdTimers(): void {
  jest.useFakeTimers({ doNotFake: [...NOT_TIMEOUTS] });
  atTestEnd(() => void jest.useRealTimers());
}

const NOT_TIMEOUTS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
] as const;
