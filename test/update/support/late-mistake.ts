import type { Observer } from '../../../src/index.ts';

/** An observer that throws when it is read for this time: 1 when the options are read, 2 when their slots are built. */
export function failingAtReading(reading: number): Observer {
  let readings = 0;
  return {
    get onClose() {
      readings += 1;
      if (readings === reading) throw new Error('not today');
      return () => {};
    },
  };
}
