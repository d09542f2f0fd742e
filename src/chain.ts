import type { NodeConfig } from './config.ts';
import { chain } from './http/chain.ts';
import type { Middleware } from './http/middleware.ts';
import { Kept } from './kept.ts';
import type { McpMethod } from './mcp/http-methods.ts';
import type { ConfigProblems } from './options/config-problems.ts';
import type { SlotName } from './slot-name.ts';
import { auth } from './slots/auth/auth.ts';
import type { Identity } from './slots/auth/identity.ts';
import { balance } from './slots/balance/balance.ts';
import type { BalanceSettings } from './slots/balance/options.ts';
import type { Basis } from './slots/basis.ts';
import { bodyLimit } from './slots/body-limit/body-limit.ts';
import { mostOf } from './slots/body-need.ts';
import { contain } from './slots/contain.ts';
import { cors } from './slots/cors/cors.ts';
import { draining } from './slots/draining.ts';
import { filterLists } from './slots/filter-lists.ts';
import { head } from './slots/head.ts';
import { headers } from './slots/headers/headers.ts';
import { hosts } from './slots/hosts.ts';
import { ipFilter } from './slots/ip-filter.ts';
import { message } from './slots/message/message.ts';
import { methods } from './slots/methods/methods.ts';
import { observe, watched } from './slots/observe/observe.ts';
import { policies } from './slots/policies/policies.ts';
import type { EnforcedPolicy } from './slots/policies/policy.ts';
import type { LimitSettings } from './slots/rate-limit/enforced-limit.ts';
import { rateLimit, userLimit } from './slots/rate-limit/rate-limit.ts';
import type { SessionSettings } from './slots/sessions/options.ts';
import { sessions } from './slots/sessions/sessions.ts';
import type { Slot } from './slots/slot.ts';
import { streams } from './slots/streams/streams.ts';
import { target } from './slots/target/target.ts';
import { timeout } from './slots/timeout/timeout.ts';
import { turn } from './slots/turn.ts';
import { use } from './slots/use.ts';

const ORDER = [
  observe,
  turn,
  cors,
  head,
  draining,
  hosts,
  methods,
  target,
  ipFilter,
  rateLimit,
  auth,
  sessions,
  streams,
  bodyLimit,
  message,
  userLimit,
  policies,
  filterLists,
  timeout,
  use,
  headers,
  balance,
] as const;

/** The names that observers see for what runs behind all slots. */
type Last = 'relay' | 'metadata';

type Placed = (typeof ORDER)[number]['name'] | Last;

/** Any slot, for code that treats all of them alike. */
type AnySlot = Slot<NodeConfig, object>;

/**
 * THE ORDER in which a request passes the slots: cheap and anonymous checks first. A slot that is
 * switched off is not in the chain of a gateway. No name of {@link SlotName} is missing: that would
 * not compile.
 */
export const SLOTS: readonly AnySlot[] = ORDER satisfies SlotName extends Placed ? unknown : never;

/** The settings of the slots that are switched on. */
export type SlotPlans = {
  readonly [Name in SlotName]?: SettingsOf<Name> | undefined;
};

/** The settings of one slot; their type is known where other parts have to know it. */
type SettingsOf<Name extends SlotName> = Name extends keyof KnownSettings
  ? KnownSettings[Name]
  : object;

interface KnownSettings {
  readonly methods: readonly McpMethod[];
  readonly rateLimit: { readonly limits: readonly LimitSettings[] };
  readonly auth: { readonly identity: Identity };
  readonly sessions: SessionSettings;
  readonly userLimit: { readonly limits: readonly LimitSettings[] };
  readonly policies: { readonly enforced: readonly EnforcedPolicy[] };
  readonly balance: BalanceSettings;
}

/** Reads the options of all slots. */
export function readSlots(problems: ConfigProblems, config: NodeConfig, basis: Basis): SlotPlans {
  const read = SLOTS.map((slot) => ({ slot, settings: slot.read(problems, config, basis) }));
  const need = mostOf(read.map(({ slot, settings }) => settings && slot.needs?.(settings)));
  const plans = read.map(({ slot, settings }) => [
    slot.name,
    settings ?? (need && slot.readForNeed?.(need)),
  ]);
  return Object.fromEntries(plans);
}

/** Whether one of the slots uses the address of the client. */
export function goesByAddress(plans: SlotPlans, basis: Basis): boolean {
  return SLOTS.some((slot) => {
    const settings = plans[slot.name];
    return settings !== undefined && slot.goesByAddress?.(settings, basis) === true;
  });
}

function switchedOn(plans: SlotPlans): { slot: AnySlot; settings: object }[] {
  return SLOTS.flatMap((slot) => {
    const settings = plans[slot.name];
    return settings === undefined ? [] : [{ slot, settings }];
  });
}

/** The slots that are switched on and decide about requests, in their order. */
export function decidingSlots(plans: SlotPlans): SlotName[] {
  return switchedOn(plans).flatMap(({ slot }) => (slot.isSilent ? [] : [slot.name]));
}

/** See {@link Chains.through}. */
export interface Between {
  readonly inFrontOf: SlotName;
  readonly step: Middleware;
}

/** The middlewares of the slots that are switched on, in their order, with the step of a route among them. */
function stepsOf(
  plans: SlotPlans,
  between: Between | undefined,
  make: (slot: AnySlot, settings: object) => Middleware,
): Middleware[] {
  return SLOTS.flatMap((slot) => {
    const settings = plans[slot.name];
    const steps = settings === undefined ? [] : [make(slot, settings)];
    return between?.inFrontOf === slot.name ? [between.step, ...steps] : steps;
  });
}

/** Builds the chains of one gateway. Routes share the middlewares that are built from the same settings. */
export class Chains {
  readonly #kept: Kept;
  readonly #built = new Kept();

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  /**
   * One middleware that runs these slots in order, and `answer` behind them. It answers with an error where
   * one of them throws. Where there are observers, it reports each step to them.
   *
   * @param between - A step of this route alone, in front of a slot or of its place. It decides nothing.
   */
  through(plans: SlotPlans, last: Last, answer: Middleware, between?: Between): Middleware {
    const isObserved = plans.observe !== undefined;
    const steps = stepsOf(plans, between, (slot, settings) => {
      const built = this.#build(slot, settings);
      return isObserved && !slot.isSilent ? watched(slot.name, built) : built;
    });
    return contain(chain([...steps, isObserved ? watched(last, answer) : answer]));
  }

  /** The same for a request that is only described: none of the steps has an effect. No route leads here. */
  rehearsal(plans: SlotPlans, answer: Middleware, between?: Between): Middleware {
    const steps = stepsOf(plans, between, (slot, settings) => {
      const built = slot.rehearse?.(settings, this.#kept) ?? slot.build(settings, this.#kept);
      return slot.isSilent ? built : watched(slot.name, built);
    });
    return contain(chain([...steps, watched('relay', answer)]));
  }

  #build(slot: AnySlot, settings: object): Middleware {
    return this.#built.of([slot.name, settings], () => slot.build(settings, this.#kept));
  }
}
