import type { Middleware } from '../http/middleware.ts';
import type { Kept } from '../kept.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import type { SlotName } from '../slot-name.ts';
import type { Basis } from './basis.ts';
import type { BodyNeed } from './body-need.ts';

/**
 * One step of the chain: how its options are read, and what is built of them. `Config` is the part of the
 * configuration that it reads, `Settings` is what it makes of that.
 */
export interface Slot<Config, Settings extends object, Name extends SlotName = SlotName> {
  readonly name: Name;
  /** The options that it is for. The list of allowed options is made of these. */
  readonly options: readonly (keyof Config & string)[];
  /** Whether it decides nothing, so that observers are not told that it let a request pass. */
  readonly isSilent?: true;
  /**
   * Reads its options, and builds nothing. `problems` stands at the configuration as a whole.
   * Undefined: the slot is off, or a mistake was noted.
   */
  read(problems: ConfigProblems, config: Config, basis: Basis): Settings | undefined;
  /** Its settings where no option switches it on, but another slot needs the body to be read. */
  readForNeed?(need: BodyNeed): Settings;
  /** How much of the body it needs to be read. Default: nothing. */
  needs?(settings: Settings): BodyNeed | undefined;
  /** Whether it uses the address of the client, which then has to be the right one. */
  goesByAddress?(settings: Settings, basis: Basis): boolean;
  /**
   * Makes the middleware for requests, which leaves on the context what is to run for the answer. State that
   * has to outlive the middleware is taken from `kept`.
   */
  build(settings: Settings, kept: Kept): Middleware;
  /**
   * Makes the middleware that takes its place for a request that is only described (`gateway.explain`). It
   * decides the same, by the same state, and changes nothing. Where it cannot decide without a change, it
   * lets the request pass and tells `unasked`. Default: what `build` makes, which must change nothing then.
   */
  rehearse?(settings: Settings, kept: Kept): Middleware;
}
