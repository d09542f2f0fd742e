import { aborts } from './aborts.ts';
import { arrivals } from './arrivals.ts';
import { bodies } from './bodies.ts';
import { chain } from './chain.ts';
import { growth } from './growth.ts';
import { relay } from './relay.ts';
import type { Section } from './section.ts';
import { sizes } from './sizes.ts';
import { slots } from './slots.ts';
import { start } from './start.ts';
import { steady } from './steady.ts';
import { streams } from './streams.ts';
import { warmUp } from './warm-up.ts';

/** In the order in which they are run and told. */
export const SECTIONS: readonly Section[] = [
  relay,
  chain,
  slots,
  steady,
  growth,
  sizes,
  ...streams,
  arrivals,
  aborts,
  bodies,
  warmUp,
  start,
];
